// Ending a call, and a new credential for a rental's phones: both are asked for again, for both cut somebody off.

import { z } from "zod";
import { type CallView, type SipAccountView, sipAccountView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { call as ask } from "../call.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { useTask } from "../parts/use-task.ts";
import { callName } from "./call-live.tsx";

interface AskedProps {
  readonly nameOf: (line: string) => string;
  readonly onClose: () => void;
}

export interface EndCallProps extends AskedProps {
  readonly call: CallView;
  readonly onDone: () => void;
}

export function EndCall({ call, nameOf, onDone, onClose }: EndCallProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const confirm = () =>
    void run(async () => {
      await ask(z.null(), "POST", `/api/v1/calls/${encodeURIComponent(call.id)}/hangup`);
      onDone();
    });
  return (
    <ConfirmDialog
      title={words.t("calls.hangup.title")}
      subject={callName(words, call, nameOf)}
      submit={words.t("calls.hangup")}
      {...{ busy, problem, onClose }}
      onConfirm={confirm}
    >
      <p>{words.t("calls.hangup.text")}</p>
    </ConfirmDialog>
  );
}

export interface RenewCredentialProps extends AskedProps {
  readonly account: SipAccountView;
  readonly onRenewed: (account: SipAccountView) => void;
}

export function RenewCredential({ account, nameOf, onRenewed, onClose }: RenewCredentialProps) {
  const words = useWords();
  const { busy, problem, run } = useTask();
  const path = `/api/v1/sip/accounts/${encodeURIComponent(account.rental)}/rotate`;
  const confirm = () => void run(async () => onRenewed(await ask(sipAccountView, "POST", path)));
  return (
    <ConfirmDialog
      title={words.t("calls.renew.title")}
      subject={nameOf(account.line)}
      submit={words.t("calls.renew")}
      {...{ busy, problem, onClose }}
      onConfirm={confirm}
    >
      <p>{words.t("calls.renew.text")}</p>
    </ConfirmDialog>
  );
}
