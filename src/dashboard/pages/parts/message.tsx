// One message with everything that has to be said of it.

import { useMemo } from "preact/hooks";
import { MISSED_CALL_KIND } from "../../../envelope/index.ts";
import { codeIn } from "../../../page-parts/index.ts";
import { type AccountEntry, receivedAt, visibleLine } from "../../../renter/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { timeOfDay } from "../dates.ts";
import { CopyButton } from "./frame.tsx";
import { MessageBody } from "./message-body.tsx";

type Payload = AccountEntry["entry"]["payload"];
type Sms = Extract<Payload, { readonly type: "sms" }>;

const isMissedCall = (payload: Payload): boolean => payload.type === "sms" && payload.kind === MISSED_CALL_KIND;

/** Who wrote or called, where the network told it. */
function Sender({ payload }: { readonly payload: Payload }) {
  const words = useWords();
  const sender = payload.type === "sms" ? payload.from : "";
  const unknown = words.t(isMissedCall(payload) ? "inbox.withheld" : "inbox.unknown_sender");
  return <bdi class="message-from">{sender === "" ? unknown : visibleLine(sender)}</bdi>;
}

function SmsNotes({ payload, isSuperseded }: { readonly payload: Sms; readonly isSuperseded: boolean }) {
  const words = useWords();
  const { missing, parts, replaces, body_hex: hex } = payload;
  const notes = [
    ...(missing.length === 0
      ? []
      : [
          isSuperseded
            ? words.t("inbox.superseded")
            : words.t("inbox.missing", { parts: missing.join(", "), n: parts }),
        ]),
    ...(replaces === undefined ? [] : [words.t("inbox.replaces")]),
    ...(hex === undefined ? [] : [words.t("inbox.data", { hex })]),
  ];
  return notes.length === 0 ? null : <p class="message-note">{notes.join(" ")}</p>;
}

function Gap({ entry: { entry, key } }: { readonly entry: AccountEntry }) {
  const words = useWords();
  if (entry.repeats) return <p class="message-note">{words.t("inbox.repeat")}</p>;
  if (entry.gap === null) return null;
  const missing = key.state.inbox.missing(entry.message.rental_id, entry.gap);
  const count = missing.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return count === 0 ? null : <p class="message-note">{words.count("inbox.gap", count)}</p>;
}

function CodeButton({ text }: { readonly text: string }) {
  const words = useWords();
  const code = useMemo(() => codeIn(text), [text]);
  if (code === null) return null;
  return (
    <CopyButton class="code-button" value={code} said={words.t("inbox.code.copied", { code })}>
      {words.t("inbox.code", { code })}
    </CopyButton>
  );
}

function Content({ entry: shown }: { readonly entry: AccountEntry }) {
  const words = useWords();
  const { payload } = shown.entry;
  if (payload.type === "raw") {
    return <p class="message-note">{words.t("inbox.raw", { reason: visibleLine(payload.reason) })}</p>;
  }
  const isEmpty = payload.body === "";
  if (isEmpty && isMissedCall(payload)) return <p class="message-note">{words.t("inbox.missed_call")}</p>;
  return (
    <>
      {isEmpty ? <p class="message-note">{words.t("inbox.empty_body")}</p> : <MessageBody text={payload.body} />}
      {payload.type === "sms" && (
        <SmsNotes payload={payload} isSuperseded={shown.key.state.inbox.supersededBy(shown.entry) !== undefined} />
      )}
      <CodeButton text={payload.body} />
    </>
  );
}

export function Message({ entry: shown, number }: { readonly entry: AccountEntry; readonly number: string | null }) {
  const words = useWords();
  const { entry } = shown;
  const isFresh = useSelect((state) => state.fresh.has(entry.key));
  const at = receivedAt(entry);
  return (
    <li class={`message${isFresh ? " message-fresh" : ""}`}>
      <header class="message-head">
        <Sender payload={entry.payload} />
        {isFresh && <span class="tag tag-new">{words.t("inbox.new")}</span>}
        {number !== null && <span class="message-to">{words.t("inbox.to", { number: visibleLine(number) })}</span>}
        <time class="message-time" dateTime={new Date(at).toISOString()}>
          {timeOfDay(words.locale, at)}
        </time>
      </header>
      <Content entry={shown} />
      <Gap entry={shown} />
    </li>
  );
}
