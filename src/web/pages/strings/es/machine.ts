// La máquina del equipo.

import type { Translation } from "../en.ts";

export const esMachine: Translation = {
  "nav.machine": "Máquina",
  "machine.up": "En marcha desde hace",
  "machine.days": "{days} d {hours} h",
  "machine.hours": "{hours} h {minutes} min",
  "machine.heat": "Temperatura",
  "machine.memory": "Memoria libre",
  "machine.disk": "Disco libre",
  "machine.mb": "{n} MB",
  "machine.gb": "{n} GB",
  "machine.clock": "Reloj",
  "machine.clock.kept": "sincronizado con un servidor",
  "machine.clock.free": "sin sincronizar: nada lo confirma",
  "machine.addresses": "Cómo se llega a la consola",
  "machine.do": "Lo que puede hacer con ella",
  "machine.reboot": "Reiniciar",
  "machine.reboot.what": "Un minuto fuera, más o menos. Los SMS esperan en la red.",
  "machine.reboot.text":
    "El equipo desaparece un minuto, más o menos; las llamadas en curso se cortan. Los SMS esperan en la red.",
  "machine.reboot.asked": "La máquina se reinicia. Esta página vuelve sola.",
  "machine.power_off": "Apagar",
  "machine.power_off.what": "Solo quien esté a su lado puede volver a encenderla.",
  "machine.power_off.text":
    "La máquina se apaga, y solo quien esté a su lado puede volver a encenderla. Los SMS esperan unos días en la red; después se pierden.",
  "machine.power_off.asked": "La máquina se apaga. No la desenchufe hasta que se apague su luz.",
  "machine.factory_reset": "Valores de fábrica",
  "machine.factory_reset.what": "Borra claves, alquileres y mensajes, y empieza como un equipo nuevo.",
  "machine.factory_reset.text":
    "Se borra todo lo que hay en esta máquina: identidad y claves, líneas, alquileres, mensajes, ajustes, usuarios. Sin una copia de seguridad nada de ello vuelve. Los inquilinos pierden sus números.",
  "machine.factory_reset.asked":
    "Se está borrando todo. Tras reiniciarse, el equipo pedirá un propietario; su nuevo código está en la pantalla y en la tarjeta.",
  "machine.confirm": "Escriba {name} para continuar",
  "machine.foreign": "Esta máquina no es solo del equipo, así que él no la toca. Reiníciela como siempre.",
  "problem.host.bad_opening": "El cortafuegos no puede abrir lo que piden los ajustes.",
  "problem.host.not_confirmed": "Ese no es el nombre de esta máquina.",
  "problem.host.not_appliance": "Este equipo no se ocupa de su máquina.",
  "problem.host.not_allowed": "El sistema no permite eso al equipo.",
  "event.host.on_battery": "Sin corriente: el equipo funciona con su batería",
  "event.host.on_mains": "La corriente ha vuelto",
  "event.host.battery_stop": "Apagado porque la corriente no volvía",
  "event.host.button_reset": "Valores de fábrica con el botón",
  "event.host.reboot": "El propietario reinició la máquina",
  "event.host.power_off": "El propietario apagó la máquina",
  "event.host.factory_reset": "El propietario pidió los valores de fábrica",
};
