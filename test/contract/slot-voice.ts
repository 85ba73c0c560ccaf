// What every SlotVoice must do, whether a simulated modem stands behind it or a script.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAppError } from "../../src/base/index.ts";
import type { ModemCall, ModemCallEvent, SlotVoice } from "../../src/core/index.ts";

export interface VoiceUnderTest {
  readonly voice: SlotVoice;
  /** Somebody calls; resolves when that has been told. */
  ring(number: string | null): Promise<void>;
  /** The other side of the call does so. */
  remote(what: "alerts" | "answers" | "is_busy" | "hangs_up"): Promise<void>;
  /** A call that was answered by us is through. */
  connects(): Promise<void>;
  settle<T>(promise: Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const ALICE = "+15550111";
const never = new AbortController().signal;

export function slotVoiceContract(name: string, make: () => Promise<VoiceUnderTest>): void {
  describe(`voice of a slot: ${name}`, () => {
    let under: VoiceUnderTest;
    let rung: ModemCall[];

    beforeEach(async () => {
      under = await make();
      rung = [];
      under.voice.onRing((call) => rung.push(call));
    });
    afterEach(() => under.stop());

    const codeOf = (promise: Promise<unknown>): Promise<string> =>
      under.settle(
        promise.then(
          () => "ok",
          (error) => (isAppError(error) ? error.code : String(error)),
        ),
      );

    function storyOf(call: ModemCall): string[] {
      const story: string[] = [];
      const tell = (event: ModemCallEvent): number =>
        story.push(event.type === "ended" ? `ended ${event.cause}` : event.type);
      call.onEvent(tell);
      return story;
    }

    async function incoming(number: string | null = ALICE): Promise<{ call: ModemCall; story: string[] }> {
      await under.ring(number);
      const call = rung.at(-1);
      if (call === undefined) throw new Error("nothing rang");
      return { call, story: storyOf(call) };
    }

    async function outgoing(): Promise<{ call: ModemCall; story: string[] }> {
      const call = await under.settle(under.voice.dial(ALICE, never));
      return { call, story: storyOf(call) };
    }

    it("has sound, and no call", () => {
      expect(under.voice.ability()).toBe("audio");
      expect(under.voice.current()).toBeNull();
    });

    it("tells a caller once, and the call until the caller hangs up", async () => {
      const { call, story } = await incoming();
      expect(call).toMatchObject({ direction: "in", number: ALICE });
      expect(under.voice.current()).toBe(call);
      await under.settle(call.answer());
      await under.connects();
      await under.remote("hangs_up");
      expect(story).toEqual(["connected", "ended hung_up"]);
      expect(under.voice.current()).toBeNull();
      expect(rung).toHaveLength(1);
    });

    it("tells a caller who withholds the number", async () => {
      expect((await incoming(null)).call.number).toBeNull();
    });

    it("tells a caller who gives up", async () => {
      const { call, story } = await incoming();
      await under.remote("hangs_up");
      expect(story).toEqual(["ended cancelled"]);
      expect(await codeOf(call.answer())).toBe("voice.call_over");
    });

    it("declines a caller, and calls that off only once", async () => {
      const { call, story } = await incoming();
      expect(await codeOf(call.hangUp())).toBe("ok");
      await under.settle(Promise.resolve());
      expect(await codeOf(call.hangUp())).toBe("ok");
      expect(story).toEqual(["ended declined"]);
    });

    it("does not tell whoever listens no more", async () => {
      const heard: ModemCall[] = [];
      under.voice.onRing((call) => heard.push(call))();
      await incoming();
      expect(heard).toEqual([]);
    });

    it("dials, rings there, is answered, and hangs up", async () => {
      const { call, story } = await outgoing();
      expect(call).toMatchObject({ direction: "out", number: ALICE });
      expect(under.voice.current()).toBe(call);
      await under.remote("alerts");
      await under.remote("answers");
      expect(await codeOf(call.sendDigit("5"))).toBe("ok");
      expect(await codeOf(call.sendDigit("x"))).toBe("voice.bad_digit");
      expect(await codeOf(call.hangUp())).toBe("ok");
      expect(story).toEqual(["alerting", "connected", "ended hung_up"]);
      expect(await codeOf(call.sendDigit("5"))).toBe("voice.call_over");
      expect(under.voice.current()).toBeNull();
    });

    it("says that the other side is busy", async () => {
      const { story } = await outgoing();
      await under.remote("is_busy");
      expect(story).toEqual(["ended busy"]);
    });

    it("cancels what it dialled", async () => {
      const { call, story } = await outgoing();
      await under.remote("alerts");
      await under.settle(call.hangUp());
      expect(story).toEqual(["alerting", "ended cancelled"]);
    });

    it("has one call at a time", async () => {
      await incoming();
      expect(await codeOf(under.voice.dial(ALICE, never))).toBe("voice.line_busy");
    });

    it.each(["", "12a", "1;2", "*100#", "1 2", "1".repeat(21)])("does not dial %j", async (number) => {
      expect(await codeOf(under.voice.dial(number, never))).toBe("voice.bad_number");
      expect(under.voice.current()).toBeNull();
    });

    it("does not dial what was given up before", async () => {
      const abort = new AbortController();
      abort.abort();
      expect(await codeOf(under.voice.dial(ALICE, abort.signal))).toBe("base.stopped");
      expect(under.voice.current()).toBeNull();
    });

    it("tells whoever comes late that it is over", async () => {
      const { call } = await incoming();
      await under.remote("hangs_up");
      const late = storyOf(call);
      await under.settle(new Promise<void>((resolve) => setImmediate(resolve)));
      expect(late).toEqual(["ended cancelled"]);
    });

    it("gives the sound to one exchange at a time, until its disposer is called", async () => {
      const { call } = await outgoing();
      const first = call.audio.exchange(() => null);
      const second = call.audio.exchange(() => null);
      first();
      second();
      expect(call.audio.counts()).toMatchObject({ stalls: 0 });
    });
  });
}
