// Public face of `host`.

export { type DataDisksDeps, dataDisks } from "./data-disks.ts";
export { watchDevices } from "./device-watch.ts";
export { type FirewallOpening, nftRuleset, type OwnNetwork } from "./firewall.ts";
export { type FlowProcessOptions, flowHost, probe } from "./flow-process.ts";
export { type GpioDeps, type GpioLine, gpioInput, gpioLight, gpioOutput, lightArguments } from "./gpio-lines.ts";
export { type MachineExamDeps, machineExam, usbHubPorts } from "./machine-exam.ts";
export { type MachineFactsDeps, machineFacts } from "./machine-facts.ts";
export { ACCESS_POINT_PROFILE, NetworkManager, type NetworkManagerDeps } from "./network-manager.ts";
export type { PlacedPower } from "./power-switch.ts";
export { RaucSlots, type RaucSlotsDeps } from "./rauc-slots.ts";
export { type ProgramRunner, programRunner, type RunProgram } from "./run-program.ts";
export { descriptorNamed, type ServiceManagerDeps, serviceManager } from "./service-manager.ts";
export { serviceProbe } from "./service-probe.ts";
export { type SlotHardwareDeps, type SlotPlace, slotHardware } from "./slot-hardware.ts";
export { noSystemActions, systemActions, UNIT_ACTIONS } from "./system-actions.ts";
export { parseUnits, systemUnits } from "./system-units.ts";
export { UsbTtys } from "./usb-ttys.ts";
export { type UsbVolume, type UsbVolumesDeps, usbVolumes } from "./usb-volumes.ts";
