// Does the work that a relay may ask of whoever signs in: some seconds of this machine, now and then letting others have a turn.

import { AppError, type Clock, type CryptoSuite, hasCode, millis, stoppedError } from "../base/index.ts";
import { searchWork } from "../protocol/index.ts";

/** More would take a phone minutes: whoever asks for that wants nobody. */
const MOST_BITS = 22;
/** Some hundredths of a second. */
const SLICE = 4096;
const BREATH = millis(1);

export interface WorkDeps {
  readonly suite: CryptoSuite;
  readonly clock: Clock;
}

/** Runs `attempt`; once more with the work done where the relay asks for it. Rejects as `attempt`, with `renter.too_much_work` or `base.stopped`. */
export async function withWork<T>(
  { suite, clock }: WorkDeps,
  attempt: (work?: string) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!hasCode(error, "renter.work_required")) throw error;
    const { challenge, bits } = error.context;
    if (typeof challenge !== "string" || typeof bits !== "number" || bits > MOST_BITS) {
      throw new AppError(
        "renter.too_much_work",
        `the relay wants ${Number(bits)} bits of work, more than anybody does`,
        {
          hint: "Use another relay.",
        },
      );
    }
    return await attempt(await done({ suite, clock }, { challenge, bits }, signal));
  }
}

async function done(
  { suite, clock }: WorkDeps,
  demand: { readonly challenge: string; readonly bits: number },
  signal: AbortSignal,
): Promise<string> {
  for (let from = 0; ; from += SLICE) {
    if (signal.aborted) throw stoppedError("working for a relay");
    const answer = searchWork((bytes) => suite.sha256(bytes), demand, { from, count: SLICE });
    if (answer !== null) return answer;
    await clock.sleep(BREATH, "working for a relay", signal);
  }
}
