// A storage account with what xorca keeps in it: tables for tableStore, containers for blobStore and blobObjects, queues for storageQueuePublisher.

@description('3 to 24 small letters and digits; nobody else may have it.')
@minLength(3)
@maxLength(24)
param name string

param location string = resourceGroup().location

@description('Where copies are: ZRS in three zones of the region, LRS in one.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param sku string = 'Standard_ZRS'

@description('Whether keys and connection strings are taken. Without them every call shows an identity.')
param allowSharedKeyAccess bool = false

param tables string[] = []
param containers string[] = []

@description('A queue that triggers a function needs one beside it, <queue>-poison, for what could not be taken.')
param queues string[] = []

@description('Blobs that end by age, by the beginning of their path: the container, and what is put before the key.')
param expiring {
  prefix: string
  days: int
}[] = []

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: allowSharedKeyAccess
    defaultToOAuthAuthentication: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    // Each save of a process writes its blob anew: with soft delete or versions each would leave a copy behind, and be paid for as long.
    deleteRetentionPolicy: {
      enabled: false
    }
    isVersioningEnabled: false
    // A container is deleted by people only, and by mistake.
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 14
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for each in containers: {
    parent: blobs
    name: each
    properties: {
      publicAccess: 'None'
    }
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for each in tables: {
    parent: tableService
    name: each
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for each in queues: {
    parent: queueService
    name: each
  }
]

// Only for data that somebody may lose by then, such as that of events. A process may wait for years.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = if (!empty(expiring)) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        for (each, index) in expiring: {
          name: 'expire-${index}'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: [each.prefix]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: each.days
                }
              }
            }
          }
        }
      ]
    }
  }
}

output name string = account.name
