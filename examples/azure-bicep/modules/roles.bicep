// What an identity may do, each at the table, container, queue, topic or subscription itself. What a list does not name, it may not.

@description('The object id of the identity.')
param principalId string

@description('tableStore: tables of the account.')
param storageAccountName string = ''
param tables string[] = []

@description('blobStore, blobObjects, blobLeaseLock: containers of the account.')
param containers string[] = []

@description('storageQueuePublisher, azureScheduler: queues of the account that it sends to.')
param sendToStorageQueues string[] = []

@description('Queues of the account that trigger a function. Each has one beside it, <queue>-poison, which the host puts into what could not be taken.')
param takeFromStorageQueues string[] = []

@description('serviceBusPublisher: topics and queues of the namespace that it sends to. azureScheduler: the queue of wakes.')
param serviceBusNamespaceName string = ''
param sendToTopics string[] = []
param sendToQueues string[] = []

@description('Subscriptions and queues of the namespace that trigger a function. A role on the topic would not do for its subscriptions.')
param takeFromSubscriptions {
  topic: string
  name: string
}[] = []
param takeFromQueues string[] = []

@description('eventGridPublisher: topics of Event Grid.')
param eventGridTopics string[] = []

@description('Accounts of function apps themselves, for their leases and keys: none with processes.')
param hostStorageAccounts string[] = []

@description('Resources of Application Insights that logs go to.')
param applicationInsights string[] = []

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Message Sender': 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  'Storage Queue Data Message Processor': '8a0f0c08-91a1-4084-bc3d-661d67233fed'
  'Storage Queue Data Reader': '19e7f393-937e-4f77-808e-94535e297925'
  'Azure Service Bus Data Sender': '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  'Azure Service Bus Data Receiver': '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  'EventGrid Data Sender': 'd5a91429-5739-47e2-a06b-3470a27159e7'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' existing = [
  for each in tables: {
    name: '${storageAccountName}/default/${each}'
  }
]

resource tableRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in tables: {
    name: guid(table[index].id, principalId, roles['Storage Table Data Contributor'])
    scope: table[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Table Data Contributor'])
    }
  }
]

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' existing = [
  for each in containers: {
    name: '${storageAccountName}/default/${each}'
  }
]

resource containerRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in containers: {
    name: guid(container[index].id, principalId, roles['Storage Blob Data Contributor'])
    scope: container[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Blob Data Contributor'])
    }
  }
]

resource storageQueueOut 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = [
  for each in sendToStorageQueues: {
    name: '${storageAccountName}/default/${each}'
  }
]

resource storageQueueOutRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in sendToStorageQueues: {
    name: guid(storageQueueOut[index].id, principalId, roles['Storage Queue Data Message Sender'])
    scope: storageQueueOut[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Queue Data Message Sender'])
    }
  }
]

resource storageQueueIn 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = [
  for each in takeFromStorageQueues: {
    name: '${storageAccountName}/default/${each}'
  }
]

resource storageQueueReaderRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in takeFromStorageQueues: {
    name: guid(storageQueueIn[index].id, principalId, roles['Storage Queue Data Reader'])
    scope: storageQueueIn[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Queue Data Reader'])
    }
  }
]

resource storageQueueInRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in takeFromStorageQueues: {
    name: guid(storageQueueIn[index].id, principalId, roles['Storage Queue Data Message Processor'])
    scope: storageQueueIn[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Queue Data Message Processor'])
    }
  }
]

resource poisonQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = [
  for each in takeFromStorageQueues: {
    name: '${storageAccountName}/default/${each}-poison'
  }
]

resource poisonReaderRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in takeFromStorageQueues: {
    name: guid(poisonQueue[index].id, principalId, roles['Storage Queue Data Reader'])
    scope: poisonQueue[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Queue Data Reader'])
    }
  }
]

resource poisonRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in takeFromStorageQueues: {
    name: guid(poisonQueue[index].id, principalId, roles['Storage Queue Data Message Sender'])
    scope: poisonQueue[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Queue Data Message Sender'])
    }
  }
]

resource topicOut 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' existing = [
  for each in sendToTopics: {
    name: '${serviceBusNamespaceName}/${each}'
  }
]

resource topicOutRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in sendToTopics: {
    name: guid(topicOut[index].id, principalId, roles['Azure Service Bus Data Sender'])
    scope: topicOut[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Azure Service Bus Data Sender'])
    }
  }
]

resource queueOut 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for each in sendToQueues: {
    name: '${serviceBusNamespaceName}/${each}'
  }
]

resource queueOutRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in sendToQueues: {
    name: guid(queueOut[index].id, principalId, roles['Azure Service Bus Data Sender'])
    scope: queueOut[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Azure Service Bus Data Sender'])
    }
  }
]

resource subscriptionIn 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' existing = [
  for each in takeFromSubscriptions: {
    name: '${serviceBusNamespaceName}/${each.topic}/${each.name}'
  }
]

resource subscriptionInRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in takeFromSubscriptions: {
    name: guid(subscriptionIn[index].id, principalId, roles['Azure Service Bus Data Receiver'])
    scope: subscriptionIn[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Azure Service Bus Data Receiver'])
    }
  }
]

resource queueIn 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for each in takeFromQueues: {
    name: '${serviceBusNamespaceName}/${each}'
  }
]

resource queueInRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in takeFromQueues: {
    name: guid(queueIn[index].id, principalId, roles['Azure Service Bus Data Receiver'])
    scope: queueIn[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Azure Service Bus Data Receiver'])
    }
  }
]

resource eventGridTopic 'Microsoft.EventGrid/topics@2025-02-15' existing = [
  for each in eventGridTopics: {
    name: each
  }
]

resource eventGridTopicRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in eventGridTopics: {
    name: guid(eventGridTopic[index].id, principalId, roles['EventGrid Data Sender'])
    scope: eventGridTopic[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['EventGrid Data Sender'])
    }
  }
]

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-01-01' existing = [
  for each in hostStorageAccounts: {
    name: each
  }
]

resource hostRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in hostStorageAccounts: {
    name: guid(hostAccount[index].id, principalId, roles['Storage Blob Data Owner'])
    scope: hostAccount[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Storage Blob Data Owner'])
    }
  }
]

resource insights 'Microsoft.Insights/components@2020-02-02' existing = [
  for each in applicationInsights: {
    name: each
  }
]

resource insightsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in applicationInsights: {
    name: guid(insights[index].id, principalId, roles['Monitoring Metrics Publisher'])
    scope: insights[index]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Monitoring Metrics Publisher'])
    }
  }
]
