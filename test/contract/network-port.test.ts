import { silentLogger } from "../../src/base/index.ts";
import { NetworkManager } from "../../src/host/index.ts";
import { FakeNetwork } from "../sim/fake-network.ts";
import { FakeNmcli } from "../sim/fake-nmcli.ts";
import { networkPortContract } from "./network-port.ts";

networkPortContract("the network in memory", () => {
  const port = new FakeNetwork();
  return {
    port,
    unplug: () => {
      port.radio = "none";
    },
    block: () => {
      port.radio = "blocked";
    },
    stations: (count) => {
      port.stations = count;
    },
  };
});

networkPortContract("NetworkManager", () => {
  const nmcli = new FakeNmcli();
  return {
    port: new NetworkManager({ run: nmcli.run, log: silentLogger }),
    unplug: () => {
      nmcli.hasRadio = false;
    },
    block: () => {
      nmcli.isOn = false;
    },
    stations: (count) => {
      nmcli.stations = count;
    },
  };
});
