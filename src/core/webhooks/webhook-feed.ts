// Listens to the box and posts what webhooks want to hear.

import { type Disposer, isAppError, type Logger, messageOf } from "../../base/index.ts";
import type { LiveFrame } from "../../protocol/index.ts";
import type { NamePublication } from "../chain/name-publication.ts";
import type { HeldMessage } from "../model.ts";
import type { Notice, NoticeDesk } from "../notices/index.ts";
import {
  boxEventOf,
  noticesFor,
  publicationEvent,
  smsEvent,
  type Webhook,
  type WebhookEvent,
} from "./webhook-events.ts";

export interface WebhookFeedDeps {
  readonly log: Logger;
  readonly desk: Pick<NoticeDesk, "post">;
  /** As they are now. */
  readonly hooks: () => readonly Webhook[];
  readonly onFrame: (listener: (frame: LiveFrame) => void) => Disposer;
  /** Messages of lines without a rental, for the hooks that get them. */
  readonly content: {
    readonly onHeld: (listener: (held: HeldMessage) => void) => Disposer;
    readonly notices: (held: HeldMessage) => readonly Notice[];
  };
  /** Null on a box without an Emercoin node. */
  readonly onPublication: ((listener: (publication: NamePublication) => void) => Disposer) | null;
}

export class WebhookFeed {
  readonly #deps: WebhookFeedDeps;
  readonly #disposers: Disposer[] = [];

  constructor(deps: WebhookFeedDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { content, onFrame, onPublication } = this.#deps;
    this.#disposers.push(onFrame((frame) => this.#frame(frame)));
    this.#disposers.push(content.onHeld((held) => this.#held(held)));
    if (onPublication !== null)
      this.#disposers.push(onPublication((publication) => this.#post(publicationEvent(publication))));
  }

  #held(held: HeldMessage): void {
    const { content, desk, log } = this.#deps;
    try {
      const notices = content.notices(held);
      if (notices.length === 0) return;
      const posting = desk.post(notices, false);
      posting.catch((error) => log.warn("webhook_not_posted", { reason: messageOf(error) }));
    } catch (error) {
      // Only the code: what cannot be opened must not be told of.
      log.warn("webhook_not_sealed", { reason: isAppError(error) ? error.code : "unexpected" });
    }
  }

  stop(): void {
    for (const dispose of this.#disposers.splice(0)) dispose();
  }

  #frame(frame: LiveFrame): void {
    if (frame.type === "sms") this.#post(smsEvent(frame.sms));
    else if (frame.type === "event") this.#post(boxEventOf(frame.event));
  }

  #post(event: WebhookEvent | null): void {
    if (event === null) return;
    const { desk, hooks, log } = this.#deps;
    const notices = noticesFor(event, hooks());
    if (notices.length === 0) return;
    // Not urgent: an SMS must not wait for the word that it has come.
    desk.post(notices, false).catch((error) => log.warn("webhook_not_posted", { reason: messageOf(error) }));
  }
}
