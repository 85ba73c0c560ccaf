// The authenticator app of one's own account: set up, recovery codes, off again.

import { useState } from "preact/hooks";
import { DialogForm, Field, Qr } from "../../../../page-parts/index.ts";
import type { AccountReply, EnrolmentReply } from "../../../shared/factors.ts";
import { accessApi } from "../../api-access.ts";
import { useWords } from "../../app-context.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { Fault } from "../../parts/fault.tsx";
import { useTask } from "../../parts/use-task.ts";
import { Panel } from "./panel.tsx";
import { PasswordAgain } from "./password-again.tsx";

interface EnrolProps {
  readonly enrolment: EnrolmentReply;
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onClose: () => void;
}

function Enrol({ enrolment, onCodes, onClose }: EnrolProps) {
  const words = useWords();
  const [code, setCode] = useState("");
  const task = useTask();
  const submit = () => void (code !== "" && task.run(async () => onCodes(await accessApi.confirmFactor(code))));
  return (
    <Dialog title={words.t("account.factor")} onClose={onClose}>
      <DialogForm onSubmit={submit}>
        <div class="dialog-body">
          <p>{words.t("account.factor.scan")}</p>
          <Qr rows={enrolment.qr} label={words.t("account.factor.qr")} />
          <p>
            {words.t("account.factor.secret")} <code class="secret-text">{enrolment.secret}</code>
          </p>
          <Field
            id="app-code"
            label={words.t("account.factor.code")}
            control={(ids) => (
              <input
                {...ids}
                type="text"
                inputMode="numeric"
                autocomplete="one-time-code"
                value={code}
                onInput={(event) => setCode(event.currentTarget.value)}
              />
            )}
          />
          <Fault fault={task.problem} />
        </div>
        <DialogFoot onClose={onClose} submit={words.t("account.factor.confirm")} disabled={task.busy || code === ""} />
      </DialogForm>
    </Dialog>
  );
}

function Recovery({ codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void }) {
  const words = useWords();
  return (
    <Dialog title={words.t("account.recovery")} onClose={onClose}>
      <div class="dialog-body">
        <p>{words.t("account.recovery.text")}</p>
        <ul class="recovery">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <button type="button" class="primary wide" onClick={onClose}>
          {words.t("account.recovery.kept")}
        </button>
      </div>
    </Dialog>
  );
}

type Step =
  | { readonly kind: "none" | "begin" | "remove" | "renew" }
  | { readonly kind: "enrol"; readonly enrolment: EnrolmentReply }
  | { readonly kind: "codes"; readonly codes: readonly string[] };

interface FactorProps {
  readonly account: AccountReply;
  readonly onChanged: () => void;
}

function Steps({
  step,
  go,
  onChanged,
}: { readonly step: Step; readonly go: (step: Step) => void } & Pick<FactorProps, "onChanged">) {
  const words = useWords();
  const close = () => go({ kind: "none" });
  const showCodes = (codes: readonly string[]) => {
    go({ kind: "codes", codes });
    onChanged();
  };
  const work = async (password: string): Promise<void> => {
    if (step.kind === "begin") go({ kind: "enrol", enrolment: await accessApi.beginFactor(password) });
    else if (step.kind === "renew") showCodes(await accessApi.renewRecovery(password));
    else {
      await accessApi.removeFactor(password);
      close();
      onChanged();
    }
  };
  switch (step.kind) {
    case "none":
      return null;
    case "enrol":
      return <Enrol enrolment={step.enrolment} onCodes={showCodes} onClose={close} />;
    case "codes":
      return <Recovery codes={step.codes} onClose={close} />;
    default:
      return (
        <PasswordAgain key={step.kind} title={words.t(`account.factor.${step.kind}`)} work={work} onClose={close} />
      );
  }
}

export function AccountFactor({ account, onChanged }: FactorProps) {
  const words = useWords();
  const [step, go] = useState<Step>({ kind: "none" });
  const isOn = account.second_factor;
  const text = !account.second_factor_offered
    ? words.t("account.factor.none")
    : isOn
      ? words.t("account.factor.on", { left: account.recovery_left })
      : words.t("account.factor.off");
  return (
    <Panel id="account-factor" title={words.t("account.factor")} text={text}>
      <div class="access-actions">
        {!isOn && account.second_factor_offered && (
          <button type="button" onClick={() => go({ kind: "begin" })}>
            {words.t("account.factor.begin")}
          </button>
        )}
        {isOn && (
          <>
            <button type="button" onClick={() => go({ kind: "renew" })}>
              {words.t("account.factor.renew")}
            </button>
            <button type="button" class="danger" onClick={() => go({ kind: "remove" })}>
              {words.t("account.factor.remove")}
            </button>
          </>
        )}
      </div>
      <Steps step={step} go={go} onChanged={onChanged} />
    </Panel>
  );
}
