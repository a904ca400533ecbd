// A namespace of Service Bus: a topic whose subscriptions get the types of events that they take, and queues.

@description('6 to 50 letters, digits and "-"; nobody else may have it.')
@minLength(6)
@maxLength(50)
param name string

param location string = resourceGroup().location

@description('Whether connection strings are refused. Then every call shows an identity.')
param disableLocalAuth bool = true

param topic string

@description('filter: SQL over the application property type, as serviceBusPublisher sets it. sessions: the events of a process in order and one after the other, for orchestrators; must agree with isSessionsEnabled of the trigger.')
param subscriptions {
  name: string
  filter: string
  sessions: bool
}[] = []

@description('keepFor: for how long a message waits to be taken, from its time on if it is scheduled. deadLetters: whether one that nobody took by then is put aside, or dropped.')
param queues {
  name: string
  sessions: bool
  keepFor: string
  deadLetters: bool
}[] = []

@description('When a message comes again whose function died: this long after it was taken, or after its lock was last renewed. The host renews it while the function runs.')
param lockDuration string = 'PT1M'

@description('How often a message is given to a function before it becomes a dead letter. Service Bus gives again at once what a function did not take; the handler waits before, up to 30 seconds, so 200 tries outlast an outage of half an hour.')
param maxDeliveryCount int = 200

@description('For how long the topic keeps what nobody takes; then it is a dead letter.')
param keepFor string = 'P14D'

@description('Within this time a message that is sent again, because the answer to it was lost, is dropped by Service Bus: its id is that of the event.')
param duplicateWindow string = 'PT10M'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  // Basic has no topics and no sessions.
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: disableLocalAuth
  }
}

resource events 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: namespace
  name: topic
  properties: {
    defaultMessageTimeToLive: keepFor
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: duplicateWindow
    supportOrdering: true
    // A topic in partitions takes no batch of several sessions.
    enablePartitioning: false
  }
}

resource subscription 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [
  for each in subscriptions: {
    parent: events
    name: each.name
    properties: {
      requiresSession: each.sessions
      lockDuration: lockDuration
      maxDeliveryCount: maxDeliveryCount
      deadLetteringOnMessageExpiration: true
      deadLetteringOnFilterEvaluationExceptions: true
    }
  }
]

// By this name, which each subscription has at first with a filter that lets in everything. Under any other both would count.
resource filter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [
  for (each, index) in subscriptions: {
    parent: subscription[index]
    name: '$Default'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: {
        sqlExpression: each.filter
      }
    }
  }
]

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for each in queues: {
    parent: namespace
    name: each.name
    properties: {
      requiresSession: each.sessions
      lockDuration: lockDuration
      maxDeliveryCount: maxDeliveryCount
      defaultMessageTimeToLive: each.keepFor
      deadLetteringOnMessageExpiration: each.deadLetters
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: duplicateWindow
      enablePartitioning: false
    }
  }
]

// What a connection string is made of: it may send and take, and manage nothing.
resource rule 'Microsoft.ServiceBus/namespaces/AuthorizationRules@2024-01-01' = if (!disableLocalAuth) {
  parent: namespace
  name: 'xorca'
  properties: {
    rights: ['Listen', 'Send']
  }
}

output name string = namespace.name
output fullyQualifiedNamespace string = '${namespace.name}.servicebus.windows.net'
