// API tokens: for programs.

import { useState } from "preact/hooks";
import { DialogForm, Field } from "../../../../page-parts/index.ts";
import { type TokenView, tokensReply } from "../../../shared/accounts.ts";
import { accessApi } from "../../api-access.ts";
import { useSelect, useWords } from "../../app-context.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Fault } from "../../parts/fault.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { useTask } from "../../parts/use-task.ts";
import { OnceShown } from "./once-shown.tsx";
import { Panel } from "./panel.tsx";

const SCOPES = ["read", "operate", "manage", "content"] as const;

interface Made {
  readonly name: string;
  readonly token: string;
}

interface ScopeChoiceProps {
  readonly scopes: TokenView["scopes"];
  readonly onScopes: (scopes: TokenView["scopes"]) => void;
}

function ScopeChoice({ scopes, onScopes }: ScopeChoiceProps) {
  const words = useWords();
  const toggle = (scope: (typeof SCOPES)[number]): void =>
    onScopes(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  return (
    <fieldset class="picks">
      <legend>{words.t("access.tokens.scopes")}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} class="pick">
          <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
          {words.t(`scope.${scope}`)}
        </label>
      ))}
    </fieldset>
  );
}

function NewToken({ onMade, onClose }: { readonly onMade: (made: Made) => void; readonly onClose: () => void }) {
  const words = useWords();
  const [name, setName] = useState("");
  const [days, setDays] = useState("");
  const [scopes, setScopes] = useState<TokenView["scopes"]>(["read"]);
  const task = useTask();
  const isReady = name !== "" && scopes.length > 0 && /^\d{0,4}$/.test(days);
  const submit = () =>
    void (
      isReady &&
      task.run(async () => {
        const token = await accessApi.createToken({ name, scopes, days: days === "" ? null : Number(days) });
        onMade({ name, token });
      })
    );
  return (
    <Dialog title={words.t("access.tokens.create")} onClose={onClose}>
      <DialogForm onSubmit={submit}>
        <div class="dialog-body">
          <TextField
            id="token-name"
            label={words.t("access.tokens.name")}
            help={words.t("access.users.name.help")}
            maxLength={32}
            value={name}
            onValue={setName}
          />
          <ScopeChoice scopes={scopes} onScopes={setScopes} />
          <Field
            id="token-days"
            label={words.t("access.tokens.days")}
            help={words.t("access.tokens.days.help")}
            control={(ids) => (
              <input
                {...ids}
                type="text"
                inputMode="numeric"
                autocomplete="off"
                value={days}
                onInput={(event) => setDays(event.currentTarget.value)}
              />
            )}
          />
          <Fault fault={task.problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("access.tokens.create")} disabled={task.busy || !isReady} />
      </DialogForm>
    </Dialog>
  );
}

function TokenRow({
  token,
  busy,
  onRevoke,
}: {
  readonly token: TokenView;
  readonly busy: boolean;
  readonly onRevoke: () => void;
}) {
  const words = useWords();
  const now = useSelect((state) => Math.floor(state.now / 10_000) * 10_000);
  const facts = [
    token.scopes.join(", "),
    token.internal ? words.t("access.tokens.internal") : null,
    token.expired
      ? words.t("access.tokens.expired")
      : token.expires_at !== null && words.t("access.tokens.until", { date: words.date(token.expires_at) }),
    token.used_at === null
      ? words.t("access.tokens.unused")
      : words.t("access.tokens.used", { when: words.ago(Math.max(0, now - token.used_at)) }),
  ];
  return (
    <li class="row">
      <span class="row-name">{token.name}</span>
      <span class="row-about">{facts.filter(Boolean).join(" · ")}</span>
      {!token.internal && (
        <button
          type="button"
          class="small"
          disabled={busy}
          aria-label={words.t("access.tokens.revoke.of", { name: token.name })}
          onClick={onRevoke}
        >
          {words.t("access.tokens.revoke")}
        </button>
      )}
    </li>
  );
}

export function TokenList() {
  const words = useWords();
  const { value, fault, reload } = useResource(tokensReply, "/api/v1/tokens");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const task = useTask();
  const revoke = async (name: string): Promise<void> => {
    if (await task.run(async () => void (await accessApi.revokeToken(name)))) reload();
  };
  const add = (
    <button type="button" class="small" onClick={() => setMaking(true)}>
      {words.t("access.tokens.create")}
    </button>
  );
  return (
    <Panel id="tokens" title={words.t("access.tokens")} text={words.t("access.tokens.text")} action={add}>
      {value?.tokens.length === 0 && <p class="access-none">{words.t("access.tokens.none")}</p>}
      <ul class="rows">
        {(value?.tokens ?? []).map((token) => (
          <TokenRow key={token.name} token={token} busy={task.busy} onRevoke={() => void revoke(token.name)} />
        ))}
      </ul>
      <Fault fault={task.problem ?? fault} />
      {making && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            reload();
          }}
        />
      )}
      {made !== null && (
        <OnceShown
          title={words.t("access.tokens.made", { name: made.name })}
          text={words.t("access.tokens.made.text")}
          secret={made.token}
          onClose={() => setMade(null)}
        />
      )}
    </Panel>
  );
}
