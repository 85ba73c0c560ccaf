// A stranger's text: plain text and nothing else. Hidden characters are named, words of mixed alphabets are marked, and a link is a button
// that first says where it leads.

import { useMemo, useState } from "preact/hooks";
import { isOddText, linkFacts, type TextPiece, textPieces } from "../../../renter/index.ts";
import { useWords } from "../app-context.ts";
import { shortened } from "../shortened.ts";
import { CopyButton, Dialog } from "./frame.tsx";

function LinkDialog({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const words = useWords();
  const facts = linkFacts(text);
  return (
    <Dialog title={words.t("link.title")} onClose={onClose}>
      <div class="dialog-body">
        {facts === null ? (
          <p>{words.t("link.bad")}</p>
        ) : (
          <>
            <p class="soft">{words.t("link.leads")}</p>
            <p class="link-host">{facts.host}</p>
            {facts.isDisguised && <p class="fault">{words.t("link.disguised")}</p>}
            {facts.hasUser && <p class="fault">{words.t("link.user")}</p>}
            {!facts.isEncrypted && <p class="fault">{words.t("link.plain")}</p>}
            <p class="soft">{words.t("link.whole")}</p>
            <code class="link-whole">{facts.href}</code>
          </>
        )}
      </div>
      {facts !== null && (
        <footer class="dialog-foot">
          <CopyButton value={facts.href} said={words.t("app.copied")}>
            {words.t("link.copy")}
          </CopyButton>
          <a class="button" href={facts.href} target="_blank" rel="noopener noreferrer nofollow" onClick={onClose}>
            {words.t("link.open")}
          </a>
        </footer>
      )}
    </Dialog>
  );
}

function LinkPiece({ text, isOdd }: { readonly text: string; readonly isOdd: boolean }) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={isOdd ? "piece-link piece-odd" : "piece-link"}
        aria-label={words.t("inbox.link.of", { text })}
        onClick={() => setOpen(true)}
      >
        {text}
      </button>
      {isOpen && <LinkDialog text={text} onClose={() => setOpen(false)} />}
    </>
  );
}

function Piece({ piece }: { readonly piece: TextPiece }) {
  const words = useWords();
  switch (piece.kind) {
    case "text":
      return <>{piece.text}</>;
    case "hidden":
      return (
        <mark class="piece-hidden" title={words.t("inbox.hidden", { name: piece.shown })}>
          {piece.shown}
        </mark>
      );
    case "mixed":
      return (
        <mark class="piece-mixed" title={words.t("inbox.mixed")}>
          {piece.text}
        </mark>
      );
    case "link":
      return <LinkPiece text={piece.text} isOdd={piece.isOdd} />;
  }
}

export function MessageBody({ text }: { readonly text: string }) {
  const words = useWords();
  const [isWhole, setWhole] = useState(false);
  const short = useMemo(() => shortened(text), [text]);
  const shown = isWhole ? text : short;
  const pieces = useMemo(() => textPieces(shown), [shown]);
  const isOdd = useMemo(() => isOddText(textPieces(text)), [text]);
  return (
    <>
      {/* Each message sets its own direction, whatever is in it. */}
      <p class="message-body" dir="auto">
        {pieces.map((piece, at) => (
          <Piece key={at} piece={piece} />
        ))}
        {shown !== text && " …"}
      </p>
      {short !== text && (
        <button type="button" class="text-button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {words.t(isWhole ? "inbox.less" : "inbox.more")}
        </button>
      )}
      {isOdd && <p class="message-warn">{words.t("inbox.warn")}</p>}
    </>
  );
}
