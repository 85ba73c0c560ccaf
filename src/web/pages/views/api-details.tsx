// One operation of REST unfolded: what it takes, what it answers, a command that does it, and for what changes nothing a try.

import { useState } from "preact/hooks";
import { copyText, Icon } from "../../../page-parts/index.ts";
import { type ApiOperation, curlText, filledPath } from "../api-reference.ts";
import { useApp, useWords } from "../app-context.ts";
import { fetchText } from "../call.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

type Values = Readonly<Record<string, string>>;

interface ParametersProps {
  readonly operation: ApiOperation;
  readonly values: Values;
  readonly onChange: (values: Values) => void;
}

function Parameters({ operation: { id, parameters }, values, onChange }: ParametersProps) {
  const words = useWords();
  if (parameters.length === 0) return null;
  return (
    <>
      <h3>{words.t("api.parameters")}</h3>
      <ul class="api-parameters">
        {parameters.map(({ name, required, type }) => (
          <li key={name}>
            <label for={`${id}-${name}`}>
              <code>{name}</code>
            </label>
            <input
              id={`${id}-${name}`}
              value={values[name] ?? ""}
              onInput={({ currentTarget }) => onChange({ ...values, [name]: currentTarget.value })}
              autocomplete="off"
            />
            <span class="soft">
              {type}
              {!required && `, ${words.t("api.optional")}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Refusals({ operation: { refusals } }: { readonly operation: ApiOperation }) {
  const words = useWords();
  if (refusals.length === 0) return null;
  return (
    <>
      <h3>{words.t("api.refusals")}</h3>
      <ul class="api-refusals">
        {refusals.map(({ status, codes }) => (
          <li key={status}>
            <b>{status}</b>{" "}
            {codes.map((code) => (
              <code key={code}>{code}</code>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Try({ operation, values }: { readonly operation: ApiOperation; readonly values: Values }) {
  const words = useWords();
  const task = useTask();
  const [answer, setAnswer] = useState<string | null>(null);
  const path = filledPath(operation, values);
  const ask = () => task.run(async () => setAnswer(pretty(await fetchText("GET", path))));
  return (
    <>
      <p>
        <button type="button" disabled={task.busy || path.includes("{")} onClick={() => void ask()}>
          {words.t("api.try")}
        </button>
      </p>
      <Fault fault={task.problem} />
      {answer !== null && (
        <section aria-label={words.t("api.tried")}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <pre class="api-text" tabIndex={0}>
            {answer}
          </pre>
        </section>
      )}
    </>
  );
}

export function ApiDetails({ operation }: { readonly operation: ApiOperation }) {
  const { controller, words } = useApp();
  const [values, setValues] = useState<Values>({});
  const { description, body, status, reply, method } = operation;
  const command = curlText(operation, location.origin, values);
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(command);
    controller.tell({ kind: isCopied ? "done" : "failed", text: words.t(isCopied ? "api.copied" : "api.not_copied") });
  };
  return (
    <div class="api-details">
      {description !== null && <p>{description}</p>}
      <Parameters operation={operation} values={values} onChange={setValues} />
      {body !== null && (
        <>
          <h3>{words.t("api.body")}</h3>
          <pre class="api-text">{body}</pre>
        </>
      )}
      <h3>{words.t("api.answer", { status })}</h3>
      {reply === null ? <p class="soft">{words.t("api.answer.none")}</p> : <pre class="api-text">{reply}</pre>}
      <Refusals operation={operation} />
      <h3>{words.t("api.curl")}</h3>
      <div class="api-command">
        <pre class="api-text">{command}</pre>
        <button type="button" onClick={() => void copy()}>
          <Icon name="copy" />
          {words.t("api.copy")}
        </button>
      </div>
      {method === "GET" && <Try operation={operation} values={values} />}
    </div>
  );
}
