// What every node of the package has in common: its settings are parsed, its box is found, what goes wrong is told by status and `done`,
// and a closed node leaves nothing behind.

import { z } from "zod";
import { AppError, type Disposer, isAppError, messageOf } from "../base/index.ts";
import { parseWith } from "../protocol/index.ts";
import type { BoxLink } from "./box-link.ts";
import type { LinkState } from "./live-client.ts";
import type { RedApi, RedDone, RedMessage, RedNode, RedSend, RedStatus } from "./red-api.ts";

export interface NodeContext<C> {
  readonly config: C;
  readonly link: BoxLink;
  /** Aborts when the node is closed. */
  readonly signal: AbortSignal;
  /** The node's own status; it is covered while the box cannot be reached. */
  show(status: RedStatus): void;
  /** Sends what came by itself, not as an answer to an input. */
  tell(message: RedMessage): void;
  /** Something that came by itself went wrong. */
  complain(error: unknown): void;
}

export interface OpenNode {
  /** What the node answers to a message of the flow; null for nothing. */
  readonly input?: (message: RedMessage) => Promise<RedMessage | null>;
  readonly close?: Disposer;
}

export interface NodeKind<C> {
  readonly type: string;
  readonly config: z.ZodType<C>;
  open(context: NodeContext<C>): OpenNode;
}

/** The config node as the others find it. */
export interface BoxNode extends RedNode {
  readonly link?: BoxLink;
}

/** Messages that one node may work on at once: a flow that runs wild fills no memory. */
const MOST_AT_ONCE = 32;

const reference = z.object({ box: z.string().default("") });

export function registerKind<C>(red: RedApi, kind: NodeKind<C>): void {
  // Node-RED calls it with `new`.
  red.nodes.registerType(kind.type, function flowNode(this: RedNode, definition: unknown) {
    red.nodes.createNode(this, definition);
    try {
      openNode(red, this, { kind, definition });
    } catch (error) {
      this.status({ fill: "red", shape: "ring", text: textOf(error) });
      this.error(textOf(error));
    }
  });
}

function openNode<C>(
  red: RedApi,
  node: RedNode,
  { kind, definition }: { kind: NodeKind<C>; definition: unknown },
): void {
  const config = parseWith(kind.config, definition, "node_red.bad_settings", `the node's settings`);
  const link = linkOf(red, definition);
  const closing = new AbortController();
  const status = new NodeStatus(node);
  status.link(link.state);
  const opened = kind.open({
    config,
    link,
    signal: closing.signal,
    show: (own) => status.own(own),
    tell: (message) => node.send(message),
    complain: (error) => {
      if (!closing.signal.aborted) node.error(textOf(error));
    },
  });
  const unlisten = link.on("state", (state) => status.link(state));
  if (opened.input !== undefined) listen(node, opened.input);
  node.on("close", (_removed, done) => {
    closing.abort();
    unlisten();
    opened.close?.();
    done();
  });
}

function linkOf(red: RedApi, definition: unknown): BoxLink {
  const { box } = parseWith(reference, definition, "node_red.bad_settings", "the node's settings");
  const found = red.nodes.getNode(box);
  if (typeof found === "object" && found !== null && "link" in found) {
    const { link } = found as BoxNode;
    if (link !== undefined) return link;
  }
  throw new AppError("node_red.no_box", "no numberbox is chosen", { hint: "Open the node and choose one." });
}

function listen(node: RedNode, input: NonNullable<OpenNode["input"]>): void {
  let working = 0;
  const answer = async (message: RedMessage, send: RedSend, done: RedDone): Promise<void> => {
    working++;
    try {
      const reply = await input(message);
      if (reply !== null) send(reply);
      done();
    } catch (error) {
      done(errorOf(error));
    } finally {
      working--;
    }
  };
  node.on("input", (message, send, done) => {
    if (working >= MOST_AT_ONCE) {
      done(new AppError("node_red.busy", `the node works on ${MOST_AT_ONCE} messages already`, { retryable: true }));
      return;
    }
    void answer(message, send, done);
  });
}

/** The link's trouble goes before what the node itself has to say. */
class NodeStatus {
  readonly #node: RedNode;
  #own: RedStatus = {};
  #link: LinkState = { kind: "connecting" };

  constructor(node: RedNode) {
    this.#node = node;
  }

  own(status: RedStatus): void {
    this.#own = status;
    this.#draw();
  }

  link(state: LinkState): void {
    this.#link = state;
    this.#draw();
  }

  #draw(): void {
    switch (this.#link.kind) {
      case "connecting":
        this.#node.status({ fill: "grey", shape: "ring", text: "connecting" });
        break;
      case "down":
        this.#node.status({ fill: "red", shape: "ring", text: this.#link.error.message });
        break;
      case "up":
        this.#node.status(this.#own);
        break;
    }
  }
}

/** Code, message and what to do next, for the person who looks at the flow. */
export function textOf(error: unknown): string {
  if (!isAppError(error)) return messageOf(error);
  return `${error.code}: ${error.message}${error.hint === undefined ? "" : `. ${error.hint}`}`;
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new AppError("node_red.failed", messageOf(error));
}
