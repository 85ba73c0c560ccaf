// Public face of the modem simulator.

export type { Behaviour, CommandContext, Failure } from "./behaviour.ts";
export { type UssdHabits, type UssdStep, ussdBehaviour } from "./behaviour-ussd.ts";
export type { SimCall, SimCallEnd } from "./calls/call-faces.ts";
export type { AudioHabits, SimAudio, SimSound } from "./calls/sim-audio.ts";
export type { CallHabits, DialPlan, SimCalls } from "./calls/sim-calls.ts";
export { ToneMeter, writeTone } from "./calls/tone-meter.ts";
export type { Command } from "./command-line.ts";
export type { Fault, FaultInput, FaultKind } from "./faults.ts";
export { openAudioLink, openLink, simLinkOpener } from "./host-link.ts";
export type { JournalEntry, JournalEvent } from "./journal.ts";
export type { MessageStatus, StoredMessage } from "./message-store.ts";
export type { HostPort, PowerState, SimModemEvents, SimModemOptions } from "./modem-options.ts";
export { runSimulateModems, type SimulateModemsOptions } from "./run-simulate-modems.ts";
export type { MemoryName, Registration } from "./settings.ts";
export { SimBoard, type SimBoardOptions } from "./sim-board.ts";
export { SimCard } from "./sim-card.ts";
export { SimModem } from "./sim-modem.ts";
export type { OutgoingSms } from "./sms-factory.ts";
export { type SimBoardHandle, type StartOptions, startSimBoard } from "./start-sim-board.ts";
export { TWIN_NAMES, TWINS, type TwinName } from "./twins/index.ts";
