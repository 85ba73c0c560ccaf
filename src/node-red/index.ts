// Public face of `node-red`: the process that runs the flows. The nodes themselves are loaded by Node-RED, from `nodes`.

export { type NodeRedOptions, type RunningNodeRed, startNodeRed } from "./runtime.ts";
