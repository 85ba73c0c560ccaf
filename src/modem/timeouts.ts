// How long each wait of a slot may take. The time for a command's answer stands with the command, in `at/commands.ts`.

import { type BackoffPolicy, type Millis, millis, minutes, seconds } from "../base/index.ts";

/** A port that does not open in this time does not answer: a serial server that drops packets, a driver that hangs. */
export const OPEN_LIMIT: Millis = seconds(10);
/** A tty whose flow control is stuck takes no byte and says nothing. */
export const WRITE_LIMIT: Millis = seconds(5);
/** Less than what the box gives each part for its stop. */
export const CLOSE_LIMIT: Millis = seconds(2);
/** A line that has begun must end within this, or it is junk (a reset in the middle of a line). */
export const LINE_LIMIT: Millis = seconds(2);
/** Silence that ends the late answers of a modem which was mute for a while. */
export const QUIET: Millis = millis(300);
/** So long after a command was given up its answer is still reckoned with. */
export const LATE_ANSWER: Millis = minutes(10);
/** Longer than the store waits for a busy database: beyond it the message stays in the modem and is offered again. */
export const ACCEPT_LIMIT: Millis = seconds(60);

/** A modem that boots is mute for seconds. */
export const PROBE_PAUSE: Millis = seconds(1);
/** A SIM is busy for some seconds after power-up. */
export const SIM_PAUSE: Millis = seconds(1);

/** Between two questions whether a ready modem is still there. */
export const HEARTBEAT_EVERY: Millis = seconds(9);
/**
 * So long without an answer, a modem that fails a round hangs. With the heartbeat and the time that the slowest command of a round has
 * (`CLASS_TIMEOUTS.slow`), it is found within 30 s, whatever it was asked last.
 */
export const HUNG_AFTER: Millis = seconds(22);
/** Every so many heartbeats network, SIM and settings are looked at too. */
export const POLL_EACH = 2;
/** A restart by command is not waited for: a modem that hangs does not answer. */
export const RESTART_LIMIT: Millis = seconds(5);
/** A device that is off the bus or without power comes back within this, or the reset has failed. */
export const RESET_LIMIT: Millis = seconds(60);
/** What had to stay in the modem (disk full, database locked, half a PDU) is looked at again at this pace. */
export const LEFT_BACKOFF: BackoffPolicy = { first: seconds(3), max: seconds(60) };
/** After a round that failed. */
export const ROUND_RETRY: Millis = seconds(3);
