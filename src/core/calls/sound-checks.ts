// Looks at the sound on demand, one check at a time: through Asterisk and back, or through a modem, the telephone network and an own
// number that echoes. Nothing but the box's own numbers is ever dialled.

import {
  AppError,
  type Clock,
  type Disposer,
  deferred,
  isAppError,
  type Logger,
  messageOf,
  millis,
  type SlotId,
  seconds,
  type UnixMs,
  withDeadline,
} from "../../base/index.ts";
import type { SoundCheckView } from "../../protocol/index.ts";
import type { Line } from "../model.ts";
import type { CallDesk, VoiceSlot } from "./call-desk.ts";
import { type ModemAudio, type ModemCall, PCM_FRAME_MS, type SoundLoop } from "./ports-voice.ts";
import { CHECK_FRAMES, CHECK_TAIL_FRAMES, checkFrame, SoundMeter, type SoundReport } from "./sound-check.ts";

export interface SoundChecksDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly openLoop: (far: ModemAudio | null) => Promise<SoundLoop>;
  readonly desk: Pick<CallDesk, "slot" | "divert">;
  readonly lines: () => readonly Line[];
}

export interface TestCall {
  readonly slot: SlotId;
  /** Of a line of this box, as its owner typed it. */
  readonly number: string;
}

interface FarEnd {
  readonly from: VoiceSlot;
  readonly line: Line;
}

/** From dialling to the answer: the other end is a machine, or its owner with the phone in his hand. */
const ANSWER_LIMIT = seconds(45);

export const NO_CHECK: SoundCheckView = {
  state: "idle",
  kind: null,
  slot: null,
  step: null,
  at: null,
  problem: null,
  report: null,
};

export class SoundChecks {
  readonly #deps: SoundChecksDeps;
  readonly #abort = new AbortController();
  #view: SoundCheckView = NO_CHECK;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: SoundChecksDeps) {
    this.#deps = deps;
  }

  view(): SoundCheckView {
    return this.#view;
  }

  /** Begins; `view` tells what comes of it. Errors: `call.check_runs`, `call.check_number`, `slot.unknown`. */
  begin(call: TestCall | null): SoundCheckView {
    if (this.#view.state === "running") {
      throw new AppError("call.check_runs", "the sound is being checked already", { hint: "Wait until it is done." });
    }
    const far = call === null ? null : this.#farEnd(call);
    const common = { at: this.#deps.now(), problem: null, report: null } as const;
    const kind = call === null ? "loop" : "call";
    this.#view = {
      ...common,
      state: "running",
      kind,
      slot: call?.slot ?? null,
      step: call === null ? "sound" : "dialling",
    };
    this.#running = this.#run(far);
    return this.#view;
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  #farEnd({ slot: id, number }: TestCall): FarEnd {
    const from = this.#deps.desk.slot(id);
    if (from === null)
      throw new AppError("slot.unknown", "this slot has no calls", { hint: "Take one that carries sound." });
    const line = this.#deps.lines().find((each) => each.number === number);
    if (line !== undefined && line.id !== from.line()?.id) return { from, line };
    throw new AppError("call.check_number", "a test call goes to another number of this box only", {
      hint: "Type the number of one of its other lines, with + and country.",
    });
  }

  async #run(far: FarEnd | null): Promise<void> {
    try {
      const report = far === null ? await this.#throughAsterisk() : await this.#throughNetwork(far);
      this.#view = { ...this.#view, state: "done", step: null, report: viewOf(report) };
    } catch (error) {
      const problem = isAppError(error)
        ? error
        : new AppError("call.check_failed", "the check failed", { cause: error });
      this.#deps.log.warn("sound_check_failed", { code: problem.code, reason: messageOf(error) });
      this.#view = { ...this.#view, state: "failed", step: null, problem: problem.toJSON() };
    }
  }

  async #throughAsterisk(): Promise<SoundReport> {
    const loop = await this.#deps.openLoop(null);
    try {
      return await this.#measure(loop);
    } finally {
      await loop.close();
    }
  }

  async #throughNetwork({ from, line }: FarEnd): Promise<SoundReport> {
    const { desk } = this.#deps;
    const answers = (called: ModemCall): void => void this.#echo(called);
    const stopDiverting: Disposer = line.slot === null ? () => {} : desk.divert(line.slot, answers);
    let call: ModemCall | null = null;
    try {
      call = await from.voice.dial(line.number, this.#abort.signal);
      await this.#answered(call);
      this.#view = { ...this.#view, step: "sound" };
      const loop = await this.#deps.openLoop(call.audio);
      try {
        return await this.#measure(loop);
      } finally {
        await loop.close();
      }
    } finally {
      stopDiverting();
      await call?.hangUp().catch((error) => this.#deps.log.warn("check_not_hung_up", { reason: messageOf(error) }));
    }
  }

  /** An own number that is called by the check itself gives back what it hears. */
  async #echo(called: ModemCall): Promise<void> {
    try {
      const stop = called.audio.exchange((heard) => Uint8Array.from(heard));
      called.onEvent(({ type }) => type === "ended" && stop());
      await called.answer();
    } catch (error) {
      this.#deps.log.warn("check_not_answered", { reason: messageOf(error) });
    }
  }

  async #answered(call: ModemCall): Promise<void> {
    const { clock } = this.#deps;
    const connected = deferred<void>();
    const dispose: Disposer = call.onEvent((event) => {
      if (event.type === "connected") connected.resolve();
      if (event.type === "ended")
        connected.reject(
          new AppError("call.check_not_answered", "the own number did not take the test call", {
            hint: "See whether its SIM is ready, and that nobody speaks on it.",
            context: { cause: event.cause },
          }),
        );
    });
    const { signal } = this.#abort;
    const limits = { clock, timeout: ANSWER_LIMIT, what: "the answer to a test call", signal };
    await withDeadline(connected.promise, limits).finally(dispose);
  }

  /** Sends the pattern, frame by frame; late timers do not add up. */
  async #measure(loop: SoundLoop): Promise<SoundReport> {
    const { clock } = this.#deps;
    const meter = new SoundMeter();
    const stopListening = loop.onAudio((pcm) => meter.heard(pcm, clock.monotonic()));
    try {
      const start = clock.monotonic();
      for (let frame = 0; frame < CHECK_FRAMES + CHECK_TAIL_FRAMES; frame++) {
        const wait = Math.max(0, start + frame * PCM_FRAME_MS - clock.monotonic());
        await clock.sleep(millis(wait), "next frame of a sound check", this.#abort.signal);
        meter.sent(frame, clock.monotonic());
        loop.send(checkFrame(frame));
      }
      return meter.report();
    } finally {
      stopListening();
    }
  }
}

const viewOf = (report: SoundReport): NonNullable<SoundCheckView["report"]> => ({
  ...report,
  heard: [...report.heard],
  sentAt: [...report.sentAt],
});
