// Public face of trunks between box and relay.

export type { TrunkIdentity, VerifySignature } from "./proof.ts";
export { RelayEdge, type RelayEdgeOptions } from "./relay-edge.ts";
export { RelaySwitch, type RelaySwitchOptions } from "./relay-switch.ts";
export type { DialTcp, TrunkPlace } from "./trunk-session.ts";
export { trunkError } from "./trunk-state.ts";
