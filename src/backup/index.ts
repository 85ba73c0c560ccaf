// Public face of `backup`: places that backups are sent to.

export { type FolderDestinationOptions, folderDestination } from "./folder-destination.ts";
export { fingerprintOf, type SftpDestinationOptions, sftpDestination } from "./sftp-destination.ts";
export { type WebdavDestinationOptions, webdavDestination } from "./webdav-destination.ts";
