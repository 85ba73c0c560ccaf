// The passkeys of one's own account.

import { useState } from "preact/hooks";
import { Field } from "../../../../page-parts/index.ts";
import type { AccountReply } from "../../../shared/factors.ts";
import { accessApi, passkeysHere } from "../../api-access.ts";
import { useWords } from "../../app-context.ts";
import { Fault } from "../../parts/fault.tsx";
import { useTask } from "../../parts/use-task.ts";
import { Panel } from "./panel.tsx";
import { PasswordAgain } from "./password-again.tsx";

interface PasskeysProps {
  readonly account: AccountReply;
  readonly onChanged: () => void;
}

function AddPasskey({ onChanged, onClose }: { readonly onChanged: () => void; readonly onClose: () => void }) {
  const words = useWords();
  const [name, setName] = useState("");
  const work = async (password: string): Promise<void> => {
    await accessApi.addPasskey(password, name.trim() === "" ? location.hostname : name.trim());
    onClose();
    onChanged();
  };
  return (
    <PasswordAgain title={words.t("account.passkeys.add")} work={work} onClose={onClose}>
      <Field
        id="passkey-name"
        label={words.t("account.passkeys.name")}
        help={words.t("account.passkeys.name.help")}
        control={(ids) => (
          <input
            {...ids}
            type="text"
            maxLength={40}
            autocomplete="off"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      />
    </PasswordAgain>
  );
}

export function AccountPasskeys({ account, onChanged }: PasskeysProps) {
  const words = useWords();
  const [adding, setAdding] = useState(false);
  const task = useTask();
  const mayAdd = account.passkeys_here && passkeysHere();
  const text = mayAdd
    ? words.t("account.passkeys.text")
    : words.t("account.passkeys.address", { host: location.hostname });
  const remove = async (id: string): Promise<void> => {
    if (await task.run(async () => void (await accessApi.removePasskey(id)))) onChanged();
  };
  return (
    <Panel
      id="account-passkeys"
      title={words.t("account.passkeys")}
      text={text}
      action={
        mayAdd && (
          <button type="button" class="small" onClick={() => setAdding(true)}>
            {words.t("account.passkeys.add")}
          </button>
        )
      }
    >
      <ul class="rows">
        {account.passkeys.map((passkey) => (
          <li key={passkey.id} class="row">
            <span class="row-name">{passkey.name}</span>
            <span class="row-about">
              {words.t("account.passkeys.works", { host: passkey.rp_id })} · {words.date(passkey.created_at)}
            </span>
            <button
              type="button"
              class="small"
              disabled={task.busy}
              aria-label={words.t("account.passkeys.remove", { name: passkey.name })}
              onClick={() => void remove(passkey.id)}
            >
              {words.t("access.remove")}
            </button>
          </li>
        ))}
      </ul>
      <Fault fault={task.problem} />
      {adding && <AddPasskey onChanged={onChanged} onClose={() => setAdding(false)} />}
    </Panel>
  );
}
