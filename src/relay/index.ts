// Public face of `relay`: the node that keeps sealed messages for renters, and the box's client of it.

export { askRelay } from "./client/ask.ts";
export type { RelayDoor } from "./client/http-exchange.ts";
export { type ProbeResult, probeRelay } from "./client/probe.ts";
export type { RelayClientIdentity } from "./client/provider-session.ts";
export { createRelayClient, type RelayClient, type RelayClientOptions } from "./client/relay-client.ts";
export type { RelayWay } from "./client/relay-doors.ts";
export { fetchRelayVoice, type RelayVoiceAnswer } from "./client/relay-voice.ts";
export type { RelayHandle, RelayImprint, RelayLimits, RelayProvider, RelayServerOptions } from "./server/options.ts";
export { startRelay } from "./server/relay-server.ts";
