// Messages of the owner's own lines, newest first, each with a button that copies the code it is about.

import { useState } from "preact/hooks";
import { codeIn, copyText, Empty } from "../../../page-parts/index.ts";
import { type KeptMessage, keptReply, type LineView } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";

const PAGE = 100;
const NO_LINES: readonly LineView[] = [];

function CopyButton({
  text,
  label,
  primary,
}: {
  readonly text: string;
  readonly label: string;
  readonly primary: boolean;
}) {
  const words = useWords();
  const [said, setSaid] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    setSaid(words.t((await copyText(text)) ? "kept.copied" : "kept.not_copied"));
  };
  return (
    <>
      <button type="button" class={primary ? "small primary" : "small"} onClick={() => void copy()}>
        {label}
      </button>
      <span class="kept-said" role="status">
        {said}
      </span>
    </>
  );
}

function Body({ message }: { readonly message: KeptMessage }) {
  const words = useWords();
  const { content, problem } = message;
  if (content === null) return <p class="soft">{words.t("kept.problem", { code: problem ?? "" })}</p>;
  const code = content.type === "sms" ? codeIn(content.body) : null;
  return (
    <>
      {content.type === "raw" && <p class="soft">{words.t("kept.raw")}</p>}
      <p class="kept-body">{content.body}</p>
      {content.missing.length > 0 && <p class="soft">{words.count("kept.missing", content.missing.length)}</p>}
      <p class="kept-actions">
        {code !== null && <CopyButton text={code} label={words.t("kept.copy_code", { code })} primary />}
        <CopyButton text={content.body} label={words.t("kept.copy_text")} primary={false} />
      </p>
    </>
  );
}

function Message({ message, number }: { readonly message: KeptMessage; readonly number: string }) {
  const words = useWords();
  const sender = message.content?.from ?? null;
  return (
    <li class="panel kept-message">
      <header class="kept-head">
        <b>{number}</b>
        {sender !== null && <span>{words.t("kept.from", { sender })}</span>}
        <time dateTime={new Date(message.at).toISOString()}>{words.date(message.at)}</time>
      </header>
      <Body message={message} />
    </li>
  );
}

export function Kept() {
  const words = useWords();
  const [after, setAfter] = useState(0);
  const { value, fault, reload } = useResource(keptReply, `/api/v1/kept?after=${after}&limit=${PAGE}`);
  const lines = useBox((box) => box.lines, NO_LINES);
  const numberOf = (line: string): string => lines.find(({ id }) => id === line)?.number ?? line;
  const all = value?.messages ?? [];
  const open = all.filter(({ content, problem }) => content !== null || problem !== null).toReversed();
  const closed = all.length - open.length;
  return (
    <div class="kept">
      <header class="view-head">
        <h1>{words.t("kept.title")}</h1>
        <button type="button" class="small" onClick={reload}>
          {words.t("kept.reload")}
        </button>
      </header>
      <p class="soft">{words.t("kept.text")}</p>
      <Fault fault={fault} />
      {value !== null && open.length === 0 && (
        <Empty icon="received" title={words.t("kept.none.title")} text={words.t("kept.none.text")} />
      )}
      <ol class="kept-list">
        {open.map((message) => (
          <Message key={message.id} message={message} number={numberOf(message.line)} />
        ))}
      </ol>
      {closed > 0 && <p class="soft">{words.count("kept.closed", closed)}</p>}
      {(after > 0 || all.length === PAGE) && (
        <button type="button" class="small" onClick={() => setAfter(all.length === PAGE ? (value?.next ?? 0) : 0)}>
          {words.t("kept.more")}
        </button>
      )}
    </div>
  );
}
