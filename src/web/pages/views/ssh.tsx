// SSH: whose keys open it, from where, and the switch.

import type { HostView } from "../../../protocol/index.ts";
import { saveSettings } from "../api-settings.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

const SETTING = ["host", "firewall", "ssh"] as const;

interface SshProps {
  readonly ssh: NonNullable<HostView["ssh"]>;
  readonly onChange: () => void;
}

export function Ssh({ ssh: { open, keys }, onChange }: SshProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const isShut = open === "shut";
  // Without the setting, keys open it in the local network.
  const change = isShut ? { path: SETTING, delete: true as const } : { path: SETTING, value: false };
  const turn = (): void =>
    void run(async () => {
      await saveSettings([change]);
      onChange();
    });
  return (
    <section class="panel" aria-labelledby="ssh">
      <h2 id="ssh">SSH</h2>
      <p>{words.t(keys.length === 0 ? "ssh.no_key" : `ssh.${open}`)}</p>
      {keys.length > 0 && (
        <ul class="machine-addresses" aria-label={words.t("ssh.keys")}>
          {keys.map(({ user, type, comment }, at) => (
            <li key={at}>{[user, type, comment].filter((each) => each !== "").join(" · ")}</li>
          ))}
        </ul>
      )}
      {(keys.length > 0 || !isShut) && (
        <div>
          <button type="button" class="small" disabled={busy} onClick={turn}>
            {words.t(isShut ? "ssh.turn_on" : "ssh.turn_off")}
          </button>
        </div>
      )}
      <Fault fault={problem} />
    </section>
  );
}
