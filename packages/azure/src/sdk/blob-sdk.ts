export { ContainerClient } from '@azure/storage-blob';
