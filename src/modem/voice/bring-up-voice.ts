// Voice in the start-up of a modem: no call that somebody left, what makes it tell of calls, and whether it has a way for sound.

import { command, parseClcc } from "../../at/index.ts";
import { AppError } from "../../base/index.ts";
import type { VoiceAbility } from "../../core/index.ts";
import { type Asking, ask, tell, tellIfAble } from "../ask.ts";
import type { VoiceProfile } from "../profiles/index.ts";
import { voiceCalls } from "./call-match.ts";
import { BUSY_EVERY, HANG_UPS } from "./call-model.ts";

/**
 * Ends what an earlier life of the box left in the modem; a call that rings is left to ring. A modem that cannot list its calls has no
 * ability. Errors: `modem.call_stuck`, and those of the conversation.
 */
export async function bringUpVoice(asking: Asking, voice: VoiceProfile): Promise<VoiceAbility> {
  for (const setting of voice.settings) await tellIfAble(asking, command.voiceSetting(setting), () => true);
  await tellIfAble(asking, command.presentCaller(true), () => true);
  if (!(await endLeftCalls(asking, voice))) return "none";
  if (voice.question === null) return "calls";
  const answer = await tell(asking, command.voiceQuestion(voice.question), (lines) => lines);
  const { answer: wanted } = voice;
  if (answer === null || (wanted !== undefined && !answer.some((line) => wanted.test(line)))) return "calls";
  for (const setting of voice.soundSettings) await tellIfAble(asking, command.voiceSetting(setting), () => true);
  return "audio";
}

/** False when the modem does not list calls. */
async function endLeftCalls(asking: Asking, { hangUp }: VoiceProfile): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    const calls = await tell(asking, command.listCalls(), parseClcc);
    if (calls === null) return false;
    if (!voiceCalls(calls).some(({ state }) => state !== "incoming" && state !== "waiting")) return true;
    if (attempt >= HANG_UPS) throw callStuck();
    await ask(asking, command.hangUp(hangUp[attempt % hangUp.length]));
    if (attempt > 0) await asking.clock.sleep(BUSY_EVERY, "left call", asking.signal);
  }
}

export function callStuck(): AppError {
  return new AppError("modem.call_stuck", "the modem does not end its call", {
    retryable: true,
    hint: "The slot restarts the modem by itself; if it comes again, note the model and firmware and report them.",
  });
}
