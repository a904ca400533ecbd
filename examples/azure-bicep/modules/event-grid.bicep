// A topic of Event Grid for eventGridPublisher, and whom it delivers to: a function, or a queue of Service Bus.

@description('3 to 50 letters, digits and "-".')
@minLength(3)
@maxLength(50)
param name string

param location string = resourceGroup().location

@description('Whether keys are refused. Then every call shows an identity.')
param disableLocalAuth bool = true

@description('Beginnings of the types that are delivered, such as evt. and cmd.books.; an empty list means all.')
param types string[] = []

@description('The account with the container for dead letters: what was not taken after all tries is gone otherwise.')
param storageAccountName string

param deadLetterContainer string

@description('Id of a function, <app id>/functions/<name>. It must be deployed before.')
param functionId string = ''

@description('Namespace and name of a queue. Event Grid takes none with sessions.')
param serviceBusNamespaceName string = ''
param serviceBusQueue string = ''

@description('How often and for how long an event is tried, before it becomes a dead letter: 30 times and a day are the most.')
param maxDeliveryAttempts int = 30
param eventTimeToLiveInMinutes int = 1440

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Azure Service Bus Data Sender': '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
}

var filter = empty(types)
  ? {}
  : {
      advancedFilters: [
        {
          operatorType: 'StringBeginsWith'
          key: 'type'
          values: types
        }
      ]
    }

var retryPolicy = {
  maxDeliveryAttempts: maxDeliveryAttempts
  eventTimeToLiveInMinutes: eventTimeToLiveInMinutes
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' existing = {
  name: '${storageAccountName}/default/${deadLetterContainer}'
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = if (!empty(serviceBusQueue)) {
  name: empty(serviceBusQueue) ? 'none/none' : '${serviceBusNamespaceName}/${serviceBusQueue}'
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: name
  location: location
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    // Of both kinds of events that Event Grid has, this is the one that xorca takes.
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: disableLocalAuth
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

// The topic itself writes dead letters and sends to the queue.
resource mayKeep 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, topic.id, roles['Storage Blob Data Contributor'])
  scope: container
  properties: {
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Storage Blob Data Contributor']
    )
  }
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(serviceBusQueue)) {
  name: guid(queue.id, topic.id, roles['Azure Service Bus Data Sender'])
  scope: queue
  properties: {
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Azure Service Bus Data Sender']
    )
  }
}

resource toFunction 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = if (!empty(functionId)) {
  parent: topic
  name: 'function'
  dependsOn: [mayKeep]
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: functionId
        // One at a time: a batch is delivered again as a whole.
        maxEventsPerBatch: 1
      }
    }
    filter: filter
    retryPolicy: retryPolicy
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: resourceId('Microsoft.Storage/storageAccounts', storageAccountName)
          blobContainerName: deadLetterContainer
        }
      }
    }
  }
}

resource toQueue 'Microsoft.EventGrid/topics/eventSubscriptions@2025-02-15' = if (!empty(serviceBusQueue)) {
  parent: topic
  name: 'queue'
  dependsOn: [mayKeep, maySend]
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'ServiceBusQueue'
        properties: {
          resourceId: queue.id
        }
      }
    }
    filter: filter
    retryPolicy: retryPolicy
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: resourceId('Microsoft.Storage/storageAccounts', storageAccountName)
          blobContainerName: deadLetterContainer
        }
      }
    }
  }
}

output name string = topic.name
output endpoint string = topic.properties.endpoint
