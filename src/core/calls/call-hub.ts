// Where those who watch the box hear of its calls, whenever calls begin to be taken. Counts are since the start of the process.

import type { Disposer } from "../../base/index.ts";
import type { CallNews } from "../../protocol/index.ts";
import type { CallFeed, CallsFact, CallTotal } from "../ports-telemetry.ts";

export class CallHub implements CallFeed {
  readonly #open = new Map<string, CallNews>();
  readonly #totals = new Map<string, CallTotal>();
  #fact: (() => CallsFact) | null = null;

  /** `fact` tells how calls stand now. The disposer leaves a box without calls. */
  attach(fact: () => CallsFact): Disposer {
    this.#fact = fact;
    return () => {
      this.#fact = null;
      this.#open.clear();
    };
  }

  take(news: CallNews): void {
    if (news.phase !== "over") {
      this.#open.set(news.id, news);
      return;
    }
    this.#open.delete(news.id);
    const { direction, cause } = news;
    const key = `${direction} ${cause}`;
    const known = this.#totals.get(key) ?? { direction, cause: cause ?? "failed", calls: 0, answered: 0, talked: 0 };
    const talked = news.talking_at === null ? 0 : Math.max(0, news.at - news.talking_at) / 1000;
    this.#totals.set(key, {
      ...known,
      calls: known.calls + 1,
      answered: known.answered + (news.talking_at === null ? 0 : 1),
      talked: known.talked + talked,
    });
  }

  fact(): CallsFact | null {
    return this.#fact?.() ?? null;
  }

  open(): readonly CallNews[] {
    return [...this.#open.values()];
  }

  totals(): readonly CallTotal[] {
    return [...this.#totals.values()];
  }
}
