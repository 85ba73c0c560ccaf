// Open sessions: one's own, or for those who manage the box everybody's.

import { sessionsReply } from "../../../shared/accounts.ts";
import { accessApi } from "../../api-access.ts";
import { useSelect, useWords } from "../../app-context.ts";
import { Fault } from "../../parts/fault.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { useTask } from "../../parts/use-task.ts";
import { Panel } from "./panel.tsx";

export function SessionList({ all }: { readonly all: boolean }) {
  const words = useWords();
  const { value, fault, reload } = useResource(sessionsReply, `/api/v1/sessions${all ? "?all=true" : ""}`);
  const now = useSelect((state) => Math.floor(state.now / 10_000) * 10_000);
  const task = useTask();
  const after = async (work: () => Promise<unknown>): Promise<void> => {
    if (await task.run(async () => void (await work()))) reload();
  };
  const sessions = value?.sessions ?? [];
  return (
    <Panel
      id={all ? "all-sessions" : "own-sessions"}
      title={words.t(all ? "access.sessions" : "account.sessions")}
      action={
        !all &&
        sessions.length > 1 && (
          <button type="button" class="small" disabled={task.busy} onClick={() => void after(accessApi.endOthers)}>
            {words.t("account.sessions.others")}
          </button>
        )
      }
    >
      <ul class="rows">
        {sessions.map((session) => (
          <li key={session.id} class="row">
            <span class="row-name">
              {all ? `${session.user} · ` : ""}
              {session.device === "" ? session.address : session.device}
            </span>
            <span class="row-about">
              {session.address} ·{" "}
              {session.current
                ? words.t("account.sessions.here")
                : words.t("account.sessions.used", { when: words.ago(Math.max(0, now - session.used_at)) })}
            </span>
            {!session.current && (
              <button
                type="button"
                class="small"
                disabled={task.busy}
                aria-label={words.t("account.sessions.end.of", { device: session.device || session.address })}
                onClick={() => void after(() => accessApi.endSession(session.id))}
              >
                {words.t("account.sessions.end")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Fault fault={task.problem ?? fault} />
    </Panel>
  );
}
