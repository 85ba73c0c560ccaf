// The people of the box: who they are, invitations, other roles, the way out.

import { useState } from "preact/hooks";
import { type InvitationView, type UserView, usersReply } from "../../../shared/accounts.ts";
import { useSelect, useWords } from "../../app-context.ts";
import { Fault } from "../../parts/fault.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { ChangeUserDialog } from "./change-user-dialog.tsx";
import { InviteDialog, ShowInvitation } from "./invite-dialog.tsx";
import { Panel } from "./panel.tsx";

function UserRow({ user, onChange }: { readonly user: UserView; readonly onChange: () => void }) {
  const words = useWords();
  const now = useSelect((state) => Math.floor(state.now / 10_000) * 10_000);
  const facts = [
    words.t(`role.${user.role}`),
    words.t(`access.users.state.${user.state}`),
    user.second_factor ? words.t("access.users.factor") : null,
    user.passkeys > 0 ? words.t("access.users.keys", { n: user.passkeys }) : null,
    user.seen_at === null ? null : words.t("access.users.seen", { when: words.ago(Math.max(0, now - user.seen_at)) }),
  ];
  return (
    <li class="row">
      <span class="row-name">
        {user.name}
        {user.self && <span class="row-tag">{words.t("access.users.you")}</span>}
      </span>
      <span class="row-about">{facts.filter((fact) => fact !== null).join(" · ")}</span>
      <button
        type="button"
        class="small"
        aria-label={words.t("access.users.manage.of", { name: user.name })}
        onClick={onChange}
      >
        {words.t("access.users.manage")}
      </button>
    </li>
  );
}

export function UserList() {
  const words = useWords();
  const { value, fault, reload } = useResource(usersReply, "/api/v1/users");
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<UserView | null>(null);
  const [invitation, setInvitation] = useState<InvitationView | null>(null);
  const invited = (made: InvitationView): void => {
    setInviting(false);
    setChanging(null);
    setInvitation(made);
    reload();
  };
  return (
    <Panel
      id="users"
      title={words.t("access.users")}
      action={
        <button type="button" class="small" onClick={() => setInviting(true)}>
          {words.t("access.users.invite")}
        </button>
      }
    >
      <ul class="rows">
        {(value?.users ?? []).map((user) => (
          <UserRow key={user.id} user={user} onChange={() => setChanging(user)} />
        ))}
      </ul>
      <Fault fault={fault} />
      {inviting && <InviteDialog onInvited={invited} onClose={() => setInviting(false)} />}
      {changing !== null && (
        <ChangeUserDialog user={changing} onInvited={invited} onChanged={reload} onClose={() => setChanging(null)} />
      )}
      {invitation !== null && <ShowInvitation invitation={invitation} onClose={() => setInvitation(null)} />}
    </Panel>
  );
}
