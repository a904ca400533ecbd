// A function app in the Flex Consumption plan, that calls storage and Service Bus by its identity.

@description('2 to 60 letters, digits and "-"; nobody else may have it.')
@minLength(2)
@maxLength(60)
param name string

param location string = resourceGroup().location

@description('Id and client id of the identity that the roles are for.')
param identityId string
param identityClientId string

@description('The account of the host itself: its leases, its keys, and the container with the code.')
param hostStorageAccountName string
param deploymentContainer string

@description('The account whose tables, containers and queues the setting Storage names.')
param storageAccountName string

@description('The namespace that the setting ServiceBus names.')
param serviceBusNamespaceName string

@description('What the code finds in its environment besides.')
param settings object = {}

@description('True: Storage and ServiceBus are connection strings, with keys that everybody can read who may read the settings of the app. False: by identity.')
param connectionStrings bool = false

@description('Application Insights; nothing: none.')
param applicationInsightsName string = ''

@description('MB of each instance; a share of CPU comes with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostStorageAccountName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusNamespaceName

  resource rule 'AuthorizationRules' existing = if (connectionStrings) {
    name: 'xorca'
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = if (!empty(applicationInsightsName)) {
  name: empty(applicationInsightsName) ? 'none' : applicationInsightsName
}

var byIdentity = {
  Storage__blobServiceUri: account.properties.primaryEndpoints.blob
  Storage__queueServiceUri: account.properties.primaryEndpoints.queue
  Storage__tableServiceUri: account.properties.primaryEndpoints.table
  Storage__credential: 'managedidentity'
  Storage__clientId: identityClientId
  ServiceBus__fullyQualifiedNamespace: '${serviceBusNamespaceName}.servicebus.windows.net'
  ServiceBus__credential: 'managedidentity'
  ServiceBus__clientId: identityClientId
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: name
  location: location
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    // Linux.
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostAccount.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      settings,
      {
        AzureWebJobsStorage__accountName: hostStorageAccountName
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
      },
      connectionStrings
        ? {
            Storage: 'DefaultEndpointsProtocol=https;AccountName=${storageAccountName};AccountKey=${account.listKeys().keys[0].value};EndpointSuffix=${environment().suffixes.storage}'
            ServiceBus: namespace::rule!.listKeys().primaryConnectionString
          }
        : byIdentity,
      empty(applicationInsightsName)
        ? {}
        : {
            APPLICATIONINSIGHTS_CONNECTION_STRING: insights!.properties.ConnectionString
            APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
          }
    )
  }

  // Code is deployed by identity, and not by a name and a password.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

output name string = app.name
