// REST of the machine's network.

import { seconds } from "../../base/index.ts";
import {
  type NetworkView,
  networkView,
  type WifiJoinReply,
  type WifiJoinRequest,
  type WifiScan,
  wifiJoinReply,
  wifiScan,
} from "../../protocol/index.ts";
import { call } from "./call.ts";

export const NETWORK_PATH = "/api/v1/network";
export const WIFI_PATH = "/api/v1/network/wifi";
/** A radio hops over all channels. */
const LISTENING = seconds(40);

export const networkApi = {
  scan: (): Promise<WifiScan> => call(wifiScan, "POST", `${WIFI_PATH}/scan`, { body: {}, timeout: LISTENING }),
  join: (request: Partial<WifiJoinRequest> & Pick<WifiJoinRequest, "ssid">): Promise<WifiJoinReply> =>
    call(wifiJoinReply, "POST", WIFI_PATH, { body: request, timeout: LISTENING }),
  forget: (): Promise<NetworkView> => call(networkView, "DELETE", WIFI_PATH, { timeout: LISTENING }),
  accessPoint: (open: boolean): Promise<NetworkView> =>
    call(networkView, "POST", `${NETWORK_PATH}/access-point`, { body: { open }, timeout: LISTENING }),
};
