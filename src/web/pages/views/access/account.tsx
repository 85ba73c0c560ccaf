// One's own account: who one is, password, second factor, passkeys, sessions, and how this device shows the console.

import { Icon, LanguageSelect } from "../../../../page-parts/index.ts";
import { accountReply } from "../../../shared/factors.ts";
import { useApp, useSelect } from "../../app-context.ts";
import { Fault } from "../../parts/fault.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { useTask } from "../../parts/use-task.ts";
import type { Theme } from "../../state.ts";
import { AccountFactor } from "./account-factor.tsx";
import { AccountPasskeys } from "./account-passkeys.tsx";
import { AccountPassword } from "./account-password.tsx";
import { Panel } from "./panel.tsx";
import { SessionList } from "./session-list.tsx";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

function Display() {
  const { controller, words } = useApp();
  const theme = useSelect((state) => state.theme);
  const task = useTask();
  return (
    <Panel id="account-display" title={words.t("account.display")}>
      <div class="access-form">
        <div class="field">
          <label for="language">{words.t("account.language")}</label>
          <LanguageSelect
            ids={{ id: "language" }}
            locale={words.locale}
            onLanguage={(id) => void task.run(() => controller.setLanguage(id))}
          />
        </div>
        <fieldset class="picks">
          <legend>{words.t("account.theme")}</legend>
          {THEMES.map((each) => (
            <label key={each} class="pick">
              <input type="radio" name="theme" checked={theme === each} onChange={() => controller.setTheme(each)} />
              {words.t(`account.theme.${each}`)}
            </label>
          ))}
        </fieldset>
        <Fault fault={task.problem} />
      </div>
    </Panel>
  );
}

export function Account() {
  const { controller, words } = useApp();
  const user = useSelect((state) => state.user);
  const { value: account, fault, reload } = useResource(accountReply, "/api/v1/account");
  return (
    <div class="access">
      <header class="view-head">
        <div>
          <h1>{words.t("account.title")}</h1>
          {user !== null && (
            <p class="view-sub">
              {user.name} · {words.t(`role.${user.role}`)}
            </p>
          )}
        </div>
        <button type="button" onClick={() => void controller.signOut()}>
          <Icon name="exit" />
          {words.t("session.sign_out")}
        </button>
      </header>
      <Fault fault={fault} />
      <div class="access-panels">
        <AccountPassword onChanged={reload} />
        {account !== null && <AccountFactor account={account} onChanged={reload} />}
        {account !== null && <AccountPasskeys account={account} onChanged={reload} />}
        <SessionList all={false} />
        <Display />
      </div>
    </div>
  );
}
