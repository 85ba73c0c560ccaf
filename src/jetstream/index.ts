// Public face of `jetstream`: what a relay keeps, in a NATS cluster that several relay processes share.

export { openJetStreamStore } from "./jetstream-store.ts";
export type { JetStreamOptions, NatsLogin, NatsTls } from "./options.ts";
