// What a chat's telling ends with: of several faults that come of one another the first counts.

import { describe, expect, it } from "vitest";
import { AppError } from "../../../src/base/index.ts";
import { TelegramChat } from "../../../src/bin/commands/telegram-chat.ts";
import type { TelegramBot } from "../../../src/notify/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

describe("a chat that is told of SMS", () => {
  it("ends with a refused token, not with the request that was broken off for it", async () => {
    const bot: TelegramBot = {
      send: async () => ({ kind: "retry", code: "notify.bad_token", status: 401, after: null }),
      heard: (_after, signal) =>
        new Promise((_resolve, reject) => {
          const cut = () => reject(new AppError("notify.unreachable", "Telegram does not answer", { retryable: true }));
          signal.addEventListener("abort", cut, { once: true });
        }),
    };
    const source = {
      waiting: () => 1,
      next: (count: number) => ({ text: "1 SMS", count, done: async () => {} }),
      run: (_wake: () => void, signal: AbortSignal) =>
        new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      close: async () => {},
    };
    const problems: string[] = [];
    const deps = {
      ...{ bot, clock: new VirtualClock(), random: new SeededRandom("chat"), heardUpTo: () => 0, told: () => {} },
      ...{ setHeard: async () => {}, problem: (error: AppError) => void problems.push(error.code) },
    };
    const chat = new TelegramChat(deps, "42", { sources: [source], keys: { watch: async () => {} } });
    await expect(chat.run(new AbortController().signal)).rejects.toMatchObject({ code: "notify.bad_token" });
    expect(problems).toEqual([]);
  });
});
