// The sign-in: name and password, then a code where there is a second factor; or a passkey.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Field, Mark } from "../../../page-parts/index.ts";
import { accessApi, passkeysHere } from "../api-access.ts";
import { useApp, useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { PasswordInput } from "../parts/password-input.tsx";
import { type Task, useTask } from "../parts/use-task.ts";

interface CardProps {
  readonly title: string;
  readonly text: string;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

export function EntranceCard({ title, text, onSubmit, children }: CardProps) {
  return (
    <main class="entrance">
      <form
        class="entrance-card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Mark />
        <h1>{title}</h1>
        <p class="entrance-text">{text}</p>
        {children}
      </form>
    </main>
  );
}

function Submit({ task, text }: { readonly task: Task; readonly text: string }) {
  const words = useWords();
  return (
    <>
      <Fault fault={task.problem} />
      <button type="submit" class="primary wide" disabled={task.busy}>
        {task.busy ? words.t("signin.busy") : text}
      </button>
    </>
  );
}

interface SecondStepProps {
  readonly ticket: string;
  readonly onBack: () => void;
}

function SecondStep({ ticket, onBack }: SecondStepProps) {
  const { controller, words } = useApp();
  const [code, setCode] = useState("");
  const task = useTask();
  useEffect(() => document.getElementById("code")?.focus(), []);
  const submit = () => void (code !== "" && task.run(() => controller.secondStep(ticket, code)));
  return (
    <EntranceCard title={words.t("signin.code.title")} text={words.t("signin.code.text")} onSubmit={submit}>
      <Field
        id="code"
        label={words.t("signin.code")}
        control={(ids) => (
          <input
            {...ids}
            type="text"
            autocomplete="one-time-code"
            autocapitalize="none"
            spellcheck={false}
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        )}
      />
      <Submit task={task} text={words.t("signin.code.submit")} />
      <button type="button" class="quiet wide" onClick={onBack}>
        {words.t("signin.back")}
      </button>
    </EntranceCard>
  );
}

function NameField({ name, onName }: { readonly name: string; readonly onName: (name: string) => void }) {
  const words = useWords();
  return (
    <Field
      id="name"
      label={words.t("signin.name")}
      control={(ids) => (
        <input
          {...ids}
          type="text"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          value={name}
          onInput={(event) => onName(event.currentTarget.value)}
        />
      )}
    />
  );
}

export function SignIn() {
  const { controller, words } = useApp();
  const [name, setName] = useState("owner");
  const [password, setPassword] = useState("");
  const [ticket, setTicket] = useState<string | null>(null);
  const task = useTask();
  useEffect(() => document.getElementById("password")?.focus(), [ticket]);
  const submit = () =>
    void (password !== "" && task.run(async () => setTicket(await controller.signIn(password, name))));
  if (ticket !== null) return <SecondStep ticket={ticket} onBack={() => setTicket(null)} />;
  return (
    <EntranceCard title={words.t("signin.title")} text={words.t("signin.text")} onSubmit={submit}>
      <NameField name={name} onName={setName} />
      <Field
        id="password"
        label={words.t("signin.password")}
        control={(ids) => <PasswordInput ids={ids} use="current-password" value={password} onValue={setPassword} />}
      />
      <Submit task={task} text={words.t("signin.submit")} />
      {passkeysHere() && (
        <button
          type="button"
          class="wide"
          disabled={task.busy}
          onClick={() => void task.run(async () => controller.enter(await accessApi.passkeySignIn()))}
        >
          {words.t("signin.passkey")}
        </button>
      )}
    </EntranceCard>
  );
}
