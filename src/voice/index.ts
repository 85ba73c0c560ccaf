// The public face of voice.
export { AriClient, type AriClientOptions } from "./asterisk/ari-client.ts";
export { AsteriskEdge, type AsteriskEdgeDeps } from "./asterisk/asterisk-edge.ts";
export { AsteriskGateway, type AsteriskGatewayDeps } from "./asterisk/asterisk-gateway.ts";
export {
  type AsteriskEdgeSetup,
  type AsteriskFolders,
  type AsteriskSetup,
  type DrachtioEdgeSetup,
  STASIS_APP,
} from "./asterisk/asterisk-setup.ts";
export { asteriskFiles, type ConfigurationFile } from "./asterisk/configuration.ts";
export { writeConfiguration } from "./asterisk/write-configuration.ts";
export {
  DrachtioEdge,
  type DrachtioEdgeOptions,
  type DrachtioSetup,
  drachtioConf,
  type SipConnection,
  SrfConnection,
  type SrfOptions,
} from "./drachtio/index.ts";
export type { AudioLink } from "./media/audio-link.ts";
export {
  AudioSocketServer,
  type AudioSocketServerOptions,
  type ExpectedLink,
  type SoundServer,
} from "./media/audiosocket-server.ts";
export type { MediaCounts, SoundSession } from "./media/media-session.ts";
export { SpokenWords, type SpokenWordsDeps } from "./media/spoken-words.ts";
export { edgeEndpoint, type IncomingChannel, MEDIA_HEADER, type RingTarget, type SipEdge } from "./sip-edge.ts";
export {
  type DialTcp,
  RelayEdge,
  type RelayEdgeOptions,
  RelaySwitch,
  type RelaySwitchOptions,
  type TrunkIdentity,
  type TrunkPlace,
  trunkError,
  type VerifySignature,
} from "./trunk/index.ts";
