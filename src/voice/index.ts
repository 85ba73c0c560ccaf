// The public face of voice.
export {
  DrachtioEdge,
  type DrachtioEdgeOptions,
  type DrachtioSetup,
  drachtioConf,
  type SipConnection,
  SrfConnection,
  type SrfOptions,
} from "./drachtio/index.ts";
export { edgeEndpoint, type IncomingChannel, MEDIA_HEADER, type RingTarget, type SipEdge } from "./sip-edge.ts";
