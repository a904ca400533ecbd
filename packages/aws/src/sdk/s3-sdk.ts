/** What is used of the SDK. A module of its own: loaded with the first call, and a bundler takes no more of the SDK than this. */
export {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
