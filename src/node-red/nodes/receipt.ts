// `receipt`: renters' signed receipts as they come in. They name envelopes by their hash, never a text.

import { z } from "zod";
import { receipt as receiptBody, rentalIdText } from "../../protocol/index.ts";
import type { NodeContext, NodeKind } from "../flow-node.ts";
import { membersOf } from "../flow-values.ts";

const config = z.object({});
type Config = z.infer<typeof config>;

const page = z.object({
  receipts: z.array(z.object({ cursor: z.int().min(1), rental_id: rentalIdText, receipt: receiptBody })),
  next: z.int().min(0),
});
type Page = z.infer<typeof page>;

const asked = z.object({ after: z.int().min(0).default(0), limit: z.int().min(1).max(500).default(100) });
const PAGE = 500;

export const receipt: NodeKind<Config> = {
  type: "numberbox-receipt",
  config,
  open: (context) => {
    const follower = new Follower(context);
    const close = context.link.on("overview", ({ counts }) => follower.counted(counts.acknowledged));
    return {
      input: async (message) => {
        const { after, limit } = membersOf(message, asked);
        const { receipts, next } = await pageOf(context, after, limit);
        return { ...message, payload: receipts, next };
      },
      close,
    };
  },
};

function pageOf({ link, signal }: NodeContext<Config>, after: number, limit: number): Promise<Page> {
  return link.rest.call({ path: `receipts?after=${after}&limit=${limit}`, reply: page, signal });
}

/** Reads on whenever the box counts more receipts than before; one reading at a time. */
class Follower {
  readonly #context: NodeContext<Config>;
  #cursor: number | null = null;
  #acknowledged = -1;
  #reading = false;
  #again = false;

  constructor(context: NodeContext<Config>) {
    this.#context = context;
  }

  counted(acknowledged: number): void {
    this.#context.show({ fill: "green", shape: "dot", text: `${acknowledged} receipts` });
    if (acknowledged === this.#acknowledged) return;
    this.#acknowledged = acknowledged;
    this.#again = true;
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#again && !this.#context.signal.aborted) {
        this.#again = false;
        await this.#catchUp();
      }
    } catch (error) {
      // The next count tries again.
      this.#acknowledged = -1;
      this.#context.complain(error);
    } finally {
      this.#reading = false;
    }
  }

  /** What was there before the flow began is passed over. */
  async #catchUp(): Promise<void> {
    const isOld = this.#cursor === null;
    let cursor = this.#cursor ?? 0;
    for (;;) {
      const { receipts, next } = await pageOf(this.#context, cursor, PAGE);
      for (const { rental_id, receipt: payload, cursor: at } of receipts)
        if (!isOld) this.#context.tell({ topic: `receipt/${rental_id}`, rental_id, cursor: at, payload });
      cursor = next;
      this.#cursor = cursor;
      if (receipts.length < PAGE) return;
    }
  }
}
