// REST: the machine's ways to a network, the Wi-Fi it joins, and its own access point.

import type { NetworkConsole } from "../../core/index.ts";
import { accessPointRequest, networkView, wifiJoinReply, wifiJoinRequest, wifiScan } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";

const HOST = ["host.not_appliance", "host.not_allowed", "host.no_program", "host.program_failed"] as const;
const RADIO = [...HOST, "wifi.no_radio", "wifi.blocked"] as const;
const change = { scope: "manage", tag: "Network", idempotent: false } as const;

export function networkOperations(network: NetworkConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/network", scope: "read", tag: "Network", reply: networkView },
      summary: "Cables, Wi-Fi and the own access point, with their addresses",
      run: () => network.view(),
    }),
    operation({
      ...{ method: "get", path: "/network/wifi", scope: "manage", tag: "Network", reply: wifiScan },
      summary: "The Wi-Fi networks that were heard last, strongest first",
      run: () => network.wifi(),
    }),
    operation({
      ...{ ...change, method: "post", path: "/network/wifi/scan", reply: wifiScan, errors: [...RADIO, "wifi.serving"] },
      summary: "Listen for Wi-Fi networks; takes some seconds",
      run: () => network.scan(),
    }),
    operation({
      ...{ ...change, method: "post", path: "/network/wifi", body: wifiJoinRequest, reply: wifiJoinReply, status: 202 },
      errors: [...RADIO, "wifi.busy", "wifi.password_needed", "wifi.unsupported"],
      summary: "Join a Wi-Fi, and go back to it by itself from then on",
      description:
        "Answers before it is done: `GET /network` tells what became of it. A Wi-Fi that does not come up changes nothing. Where the box is set up " +
        "over its own access point, that closes for it, and opens again where it fails. The password is not told again by anything.",
      example: { ssid: "Home", password: "correct horse" },
      run: ({ body }) => network.join(body),
    }),
    operation({
      ...{ ...change, method: "delete", path: "/network/wifi", reply: networkView, errors: [...RADIO, "wifi.busy"] },
      summary: "Forget every Wi-Fi; without a cable the box opens its own then",
      run: () => network.forget(),
    }),
    operation({
      ...{ ...change, method: "post", path: "/network/access-point", body: accessPointRequest, reply: networkView },
      errors: [...RADIO, "wifi.busy", "wifi.access_point_off"],
      summary: "Open the box's own access point, or close it",
      run: ({ body }) => network.openAccessPoint(body.open),
    }),
  ];
}
