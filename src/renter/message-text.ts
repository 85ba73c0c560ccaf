// A stranger's text as a page shows it: nothing of it is markup, nothing hides, nothing passes for something else, and no link is one until
// its reader wants it. Pure; the pieces together are the text, character for character.

import { picture } from "./visible-text.ts";

export type TextPiece =
  | { readonly kind: "text"; readonly text: string }
  /** A character that shows nothing, or moves what stands beside it; `shown` names it. */
  | { readonly kind: "hidden"; readonly text: string; readonly shown: string }
  /** A word that mixes alphabets, as a name does that passes for another. */
  | { readonly kind: "mixed"; readonly text: string }
  /** A web address, as it stands there. `isOdd`: its host is not what it looks like, or it has a name in front that looks like one. */
  | { readonly kind: "link"; readonly text: string; readonly isOdd: boolean };

// Controls, halves of pairs, line and paragraph separators, and whatever Unicode says is drawn as nothing; lines and tabs stay, and so do
// joiners and variation selectors, which emoji and Persian need.
const HIDDEN =
  /(?![\t\n\r\u200c\u200d]|\p{Variation_Selector})[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;
const LINK = /https?:\/\/[^\s<>"']{1,2000}/iu;
// Some letters are drawn as nothing: those are no part of a word.
const WORD = new RegExp(`(?:(?!${HIDDEN.source})[\\p{L}\\p{N}\\p{M}])+`, "u");
const TOKENS = new RegExp(`(?<link>${LINK.source})|(?<hidden>${HIDDEN.source})|(?<word>${WORD.source})`, "giu");

const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

function isMixed(word: string): boolean {
  return ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1;
}

function pieceOf(token: string, groups: Readonly<Record<string, string | undefined>>): TextPiece {
  if (groups.hidden !== undefined) return { kind: "hidden", text: token, shown: picture(token) };
  if (groups.link !== undefined && !HIDDEN.test(token)) {
    const facts = linkFacts(token);
    return { kind: "link", text: token, isOdd: facts === null || facts.isDisguised || facts.hasUser };
  }
  return isMixed(token) ? { kind: "mixed", text: token } : { kind: "text", text: token };
}

/** A link that has hidden characters in it is no link: it is taken apart like other text. */
function tokensOf(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  const add = (piece: TextPiece): void => {
    const last = pieces.at(-1);
    if (piece.kind === "text" && last?.kind === "text")
      pieces[pieces.length - 1] = { kind: "text", text: last.text + piece.text };
    else if (piece.text !== "") pieces.push(piece);
  };
  for (const { 0: token, index, groups = {} } of text.matchAll(TOKENS)) {
    add({ kind: "text", text: text.slice(end, index) });
    const piece = pieceOf(token, groups);
    if (groups.link !== undefined && piece.kind !== "link") {
      add({ kind: "text", text: token.slice(0, 4) });
      for (const part of tokensOf(token.slice(4))) add(part);
    } else add(piece);
    end = index + token.length;
  }
  add({ kind: "text", text: text.slice(end) });
  return pieces;
}

/** Whether something in a text hides, or passes for something else. */
export function isOddText(pieces: readonly TextPiece[]): boolean {
  return pieces.some(
    (piece) => piece.kind === "hidden" || piece.kind === "mixed" || (piece.kind === "link" && piece.isOdd),
  );
}

export function textPieces(text: string): readonly TextPiece[] {
  return tokensOf(text);
}

export interface LinkFacts {
  /** As the address bar would write it: every letter outside ASCII shows as `xn--`. */
  readonly host: string;
  readonly href: string;
  readonly isEncrypted: boolean;
  /** The host has letters outside ASCII, which may pass for others. */
  readonly isDisguised: boolean;
  /** It has a user name in front of the host, which looks like one. */
  readonly hasUser: boolean;
}

/** Where a link really leads; null for one that leads nowhere. */
export function linkFacts(text: string): LinkFacts | null {
  if (!URL.canParse(text)) return null;
  const { host, href, protocol, username, password } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") return null;
  return {
    ...{ host, href, isEncrypted: protocol === "https:" },
    isDisguised: /(^|\.)xn--/.test(host),
    hasUser: username !== "" || password !== "",
  };
}
