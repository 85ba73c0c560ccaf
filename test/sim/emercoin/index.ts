// Public face of the simulated Emercoin node.

export { FAULT_KINDS, type Fault, type FaultKind, Faults } from "./faults.ts";
export type { PlantedName } from "./funding.ts";
export { RpcError } from "./rpc-error.ts";
export { runSimulateEmercoin, type SimulateEmercoinOptions } from "./run-simulate-emercoin.ts";
export {
  type ReorgOptions,
  type SimEmercoin,
  SimNode,
  type StartEmercoinOptions,
  startSimEmercoin,
} from "./start-sim-emercoin.ts";
