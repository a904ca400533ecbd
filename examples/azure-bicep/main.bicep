// The literature summary on Azure: one function app with an orchestrator and three fleets, a table, a topic, a queue of wakes, and a
// container for the pages of books.

@description('Begins the names of all that is made: 2 to 10 small letters and digits.')
@minLength(2)
@maxLength(10)
param name string = 'summary'

param location string = resourceGroup().location

@description('True: storage and Service Bus are called by connection strings. False: by the identity of the app, and keys are refused.')
param connectionStrings bool = false

@description('Whether logs go to Application Insights, and dead letters raise an alert.')
param monitoring bool = true

@description('Ids of action groups, which say whom an alert is told.')
param alertActions string[] = []

// Names of accounts, namespaces and apps are one of their kind in all of Azure.
var unique = uniqueString(resourceGroup().id, name)
var table = 'xorca'
var container = 'pages'
var deployments = 'deployments'
var topic = 'orchestration'
var wakeQueue = 'wakes'

// Which events each function gets. The orchestrator's are in order; commands are carried out side by side.
var subscriptions = [
  {
    name: 'orchestrator'
    filter: 'user.type LIKE \'evt.%\' OR user.type = \'cmd.literature.summarise\''
    sessions: true
  }
  {
    name: 'library'
    filter: 'user.type LIKE \'cmd.books.%\''
    sessions: false
  }
  {
    name: 'summariser'
    filter: 'user.type LIKE \'cmd.gpt.%\''
    sessions: false
  }
  {
    name: 'regulations'
    filter: 'user.type LIKE \'cmd.regulations.%\''
    sessions: false
  }
]

// Of its own and not of the app, so that all roles are there before the app begins.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-${unique}'
  location: location
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: '${name}x${unique}'
    location: location
    allowSharedKeyAccess: connectionStrings
    tables: [table]
    containers: [container]
    // For withEventClaims. Longer than the topic (14 days) keeps an event, and people then look at its dead letter.
    expiring: [
      {
        prefix: '${container}/event/'
        days: 30
      }
    ]
  }
}

// The host needs a role on its whole account, so it has one with nothing else in it.
module hostStorage 'modules/storage.bicep' = {
  name: 'host-storage'
  params: {
    name: '${name}h${unique}'
    location: location
    containers: [deployments]
  }
}

module bus 'modules/service-bus.bicep' = {
  name: 'service-bus'
  params: {
    name: '${name}-${unique}'
    location: location
    disableLocalAuth: !connectionStrings
    topic: topic
    subscriptions: subscriptions
    queues: [
      {
        name: wakeQueue
        sessions: false
        // A wake that is lost is made up for by the timer.
        keepFor: 'P1D'
        deadLetters: false
      }
    ]
  }
}

module logs 'modules/monitoring.bicep' = if (monitoring) {
  name: 'monitoring'
  params: {
    name: '${name}-${unique}'
    location: location
    serviceBusNamespaceName: bus.outputs.name
    alertActions: alertActions
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    principalId: identity.properties.principalId
    storageAccountName: storage.outputs.name
    tables: connectionStrings ? [] : [table]
    containers: connectionStrings ? [] : [container]
    serviceBusNamespaceName: bus.outputs.name
    sendToTopics: connectionStrings ? [] : [topic]
    sendToQueues: connectionStrings ? [] : [wakeQueue]
    takeFromSubscriptions: connectionStrings
      ? []
      : map(subscriptions, each => {
          topic: topic
          name: each.name
        })
    takeFromQueues: connectionStrings ? [] : [wakeQueue]
    hostStorageAccounts: [hostStorage.outputs.name]
    applicationInsights: monitoring ? [logs!.outputs.applicationInsightsName] : []
  }
}

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  dependsOn: [roles]
  params: {
    name: '${name}-${unique}'
    location: location
    identityId: identity.id
    identityClientId: identity.properties.clientId
    hostStorageAccountName: hostStorage.outputs.name
    deploymentContainer: deployments
    storageAccountName: storage.outputs.name
    serviceBusNamespaceName: bus.outputs.name
    connectionStrings: connectionStrings
    applicationInsightsName: monitoring ? logs!.outputs.applicationInsightsName : ''
    settings: {
      XORCA_TABLE: table
      XORCA_CONTAINER: container
      XORCA_TOPIC: topic
      XORCA_WAKE_QUEUE: wakeQueue
    }
  }
}

@description('For az functionapp deployment source config-zip.')
output functionApp string = app.outputs.name

@description('The fully qualified namespace, for whoever sends the first command.')
output serviceBus string = bus.outputs.fullyQualifiedNamespace
output topic string = topic
