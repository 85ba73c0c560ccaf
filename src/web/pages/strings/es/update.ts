// Texts of updates of the system, in Spanish.

import type { Translation } from "../en.ts";

export const esUpdate: Translation = {
  "nav.update": "Actualización",
  "update.now": "Este sistema",
  "update.version": "Versión",
  "update.half": "Mitad de la tarjeta",
  "update.unsupported":
    "Este equipo no funciona con la imagen de Numberbox, por eso la consola no lo actualiza. Actualícelo del mismo modo en que lo instaló.",
  "update.percent": "{n} %",
  "update.phase.downloading": "Descargando {version}",
  "update.phase.checking": "Comprobando el paquete",
  "update.phase.installing": "Escribiendo {version}",
  "update.phase.installed": "{version} está lista para iniciarse",
  "update.phase.restarting": "Reiniciando en {version}",
  "update.phase.trying": "{version} está a prueba",
  "update.steady": "Todo funciona. Se conserva si sigue así durante un minuto.",
  "update.waits": "Aún no ha vuelto: {what}. A los diez minutos el equipo regresa por sí solo.",
  "update.wait.store": "el almacén de mensajes",
  "update.wait.relay": "el relay",
  "update.wait.network": "una red para algún módem",
  "update.serves_on": "Los SMS y las llamadas siguen mientras tanto.",
  "update.restart": "Iniciar el sistema nuevo",
  "update.restart.text":
    "El equipo se ausenta cerca de un minuto; los SMS esperan en la red. Si algo que ahora funciona no vuelve, el sistema anterior se inicia por sí solo.",
  "update.channel": "Versiones publicadas",
  "update.check": "Consultar ahora",
  "update.no_channel": "No hay ningún canal. Indique uno en Ajustes, Actualizaciones, o traiga usted un paquete.",
  "update.asked": "consultado {date}",
  "update.not_asked": "Aún no consultado.",
  "update.newest": "No se ofrece nada más nuevo a este equipo.",
  "update.offer": "Versión {version}",
  "update.install": "Instalar",
  "update.by_hand": "Traer un paquete",
  "update.by_hand.text":
    "Un archivo .raucb firmado, desde este dispositivo o desde una memoria USB en el equipo. Se rechaza otra firma, otro hardware o una versión anterior.",
  "update.pick": "Elegir un paquete",
  "update.bring": "Entregar e instalar",
  "update.history": "Lo que se hizo",
  "update.from": "Desde",
  "update.when": "Cuándo",
  "update.result": "Resultado",
  "update.result.confirmed": "conservada",
  "update.result.rolled_back": "se volvió atrás",
  "update.result.failed": "falló",
};
