// Listens to the box and posts what webhooks want to hear.

import type { Disposer, Logger } from "../../base/index.ts";
import { messageOf } from "../../base/index.ts";
import type { LiveFrame } from "../../protocol/index.ts";
import type { NamePublication } from "../chain/name-publication.ts";
import type { NoticeDesk } from "../notices/index.ts";
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
  readonly hooks: readonly Webhook[];
  readonly onFrame: (listener: (frame: LiveFrame) => void) => Disposer;
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
    const { hooks, onFrame, onPublication } = this.#deps;
    if (hooks.length === 0) return;
    this.#disposers.push(onFrame((frame) => this.#frame(frame)));
    if (onPublication !== null)
      this.#disposers.push(onPublication((publication) => this.#post(publicationEvent(publication))));
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
    // Not urgent: an SMS must not wait for the word that it has come.
    desk
      .post(noticesFor(event, hooks), false)
      .catch((error) => log.warn("webhook_not_posted", { reason: messageOf(error) }));
  }
}
