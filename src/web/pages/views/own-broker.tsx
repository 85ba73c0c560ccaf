// The broker on the box's own machine: who may sign in there. A password is told once.

import { useState } from "preact/hooks";
import { copyText } from "../../../page-parts/index.ts";
import { type OwnBrokerUser, type OwnBrokerView, ownBrokerPassword, ownBrokerView } from "../../../protocol/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { call } from "../call.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { ViewLink } from "../parts/view-link.tsx";

const PATH = "/api/v1/mqtt/own-broker";
const pathOf = (user: OwnBrokerUser): string => `${PATH}/users/${user}/password`;

interface UserProps {
  readonly user: OwnBrokerView["users"][number];
  readonly onChange: () => void;
}

function User({ user: { name, has_password: hasPassword }, onChange }: UserProps) {
  const { controller, words } = useApp();
  const mayManage = useSelect((state) => state.user?.scopes.includes("manage") ?? false);
  const task = useTask();
  const [told, setTold] = useState<string | null>(null);
  const make = () =>
    void task.run(async () => {
      const { password } = await call(ownBrokerPassword, "POST", pathOf(name));
      setTold(password);
      onChange();
    });
  const copy = async (text: string): Promise<void> => {
    const isCopied = await copyText(text);
    controller.tell({
      kind: isCopied ? "done" : "failed",
      text: words.t(isCopied ? "api.copied" : "api.not_copied"),
    });
  };
  const remove = () =>
    void task.run(async () => {
      setTold(null);
      await call(ownBrokerView, "DELETE", pathOf(name));
      onChange();
    });
  return (
    <li class="own-broker-user">
      <div>
        <code>{name}</code>
        <span class="soft"> {words.t(`mqtt.own.${name}`)}</span>
      </div>
      {mayManage && (
        <div class="own-broker-tools">
          <button type="button" class="small" disabled={task.busy} onClick={make}>
            {words.t(hasPassword ? "mqtt.own.renew" : "mqtt.own.make")}
          </button>
          {hasPassword && (
            <button type="button" class="small quiet" disabled={task.busy} onClick={remove}>
              {words.t("mqtt.own.remove")}
            </button>
          )}
        </div>
      )}
      {told !== null && (
        <p class="own-broker-told" role="status">
          {words.t("mqtt.own.told")} <code>{told}</code>{" "}
          <button type="button" class="small" onClick={() => void copy(told)}>
            {words.t("provider.copy")}
          </button>
        </p>
      )}
      <div class="own-broker-fault">
        <Fault fault={task.problem} />
      </div>
    </li>
  );
}

/** Nothing on a machine that is not the box's own. */
export function OwnBroker() {
  const words = useWords();
  const { value: view, reload } = useResource(ownBrokerView, PATH);
  if (view === null || view.state === "unavailable") return null;
  return (
    <section class="panel" aria-labelledby="own-broker">
      <h2 id="own-broker">{words.t("mqtt.own")}</h2>
      {view.state === "off" ? (
        <p class="soft">
          {words.t("mqtt.own.off")} <ViewLink view="settings">{words.t("nav.settings")}</ViewLink>
        </p>
      ) : (
        <>
          <p class="soft">
            {view.url === null ? words.t("mqtt.own.closed") : words.t("mqtt.own.open", { url: view.url })}
          </p>
          <ul class="own-broker-users">
            {view.users.map((user) => (
              <User key={user.name} user={user} onChange={reload} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
