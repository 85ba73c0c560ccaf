// What is left to do once a phone is known to the box, with the code for its camera, and whether it has spoken yet.

import { Icon, Qr } from "../../../page-parts/index.ts";
import type { PhoneInvitation } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Dialog } from "../parts/dialog.tsx";
import { usePhones } from "./use-phones.ts";

interface InvitationProps {
  readonly invitation: PhoneInvitation;
}

function Progress({ invitation }: InvitationProps) {
  const words = useWords();
  const phone = usePhones()?.find(({ name }) => name === invitation.phone.name) ?? invitation.phone;
  const problem = phone.paired ? null : phone.problem;
  const step = phone.paired ? "paired" : phone.state === "ready" ? "reached" : "waiting";
  return (
    <div class={`progress progress-${step}`} role="status">
      <Icon name={phone.paired ? "ready" : problem === null ? "starting" : "down"} />
      <span>
        {problem === null ? words.t(`invitation.${step}`) : describeProblem(words, problem).what}
        {problem !== null && <span class="slot-hint"> {describeProblem(words, problem).hint}</span>}
      </span>
    </div>
  );
}

function Scan({ invitation }: InvitationProps) {
  const words = useWords();
  return (
    <div class="scan">
      <Qr rows={invitation.qr} label={words.t("invitation.qr")} />
      <ol class="steps">
        <li>{words.t("invitation.step.app")}</li>
        <li>{words.t("invitation.step.scan")}</li>
        <li>{words.t("invitation.step.restart")}</li>
      </ol>
    </div>
  );
}

function ByHand({ invitation }: InvitationProps) {
  const words = useWords();
  const rows = [
    ["invitation.join", invitation.join_url],
    ["invitation.webhook", invitation.webhook_url],
    ["invitation.key", invitation.signing_key],
  ] as const;
  return (
    <details class="by-hand">
      <summary>{words.t("invitation.by_hand")}</summary>
      <p>{words.t("invitation.by_hand.text")}</p>
      <dl>
        {rows.map(([title, value]) => (
          <div key={title}>
            <dt>{words.t(title)}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

export interface PhoneInvitationStepsProps extends InvitationProps {
  /** The owner has typed how the app is reached: nothing is to be scanned. */
  readonly typed: boolean;
  readonly onClose: () => void;
}

export function PhoneInvitationSteps({ invitation, typed, onClose }: PhoneInvitationStepsProps) {
  const words = useWords();
  return (
    <Dialog title={words.t("invitation.title", { name: invitation.phone.name })} onClose={onClose}>
      <div class="dialog-body">
        {typed ? <p class="dialog-text">{words.t("invitation.step.restart")}</p> : <Scan invitation={invitation} />}
        <Progress invitation={invitation} />
        <ByHand invitation={invitation} />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="primary" onClick={onClose}>
          {words.t("invitation.done")}
        </button>
      </footer>
    </Dialog>
  );
}
