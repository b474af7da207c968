/// The settings of the suite: the one list from which values are read, checked and documented.
package enum ConfigurationKeys {
    /// Every setting, in the order of the reference.
    package static let all: [ConfigurationDeclaration] =
        servers + stores + secrets + links + platform + gateways + smtp + postal + ses + mailgun + twilio + firebase + bounces
        + sending + webhooks + operations

    private static let servers: [ConfigurationDeclaration] = [
        port.declaration, host.declaration, senderPort.declaration, statsPort.declaration, maxBodyBytes.declaration,
        importsPerWindow.declaration, maxImportBytes.declaration, templateMaxBytes.declaration, templateMaxNodes.declaration,
        templateMaxLinks.declaration, rateRead.declaration, rateWrite.declaration, rateSend.declaration, rateExport.declaration,
        ratePublic.declaration,
    ]
    private static let stores: [ConfigurationDeclaration] =
        database.declarations + [databasePool.declaration] + motoricalDatabase.declarations + [
            redisURL.declaration, redisHost.declaration, redisPort.declaration, redisUsername.declaration, redisPassword.declaration,
            redisDatabase.declaration,
        ]
    private static let secrets: [ConfigurationDeclaration] = [
        internalToken.declaration, serviceJWTSecret.declaration, serviceJWTSecretPrevious.declaration, webhookSecret.declaration,
        webhookAllowUnsigned.declaration,
    ]
    private static let links: [ConfigurationDeclaration] = [
        publicBase.declaration, trackingDomain.declaration, trackingScheme.declaration, fromAddress.declaration,
        unsubscribeMailto.declaration,
    ]
    private static let platform: [ConfigurationDeclaration] = [
        motoricalAPIBase.declaration, motoricalAPIKey.declaration, motoricalPublicToken.declaration, backendAPIURL.declaration,
        deliveryQueue.declaration,
        deliveryQueueHighWater.declaration, logPollSeconds.declaration,
    ]
    private static let smtp: [ConfigurationDeclaration] = [
        smtpEnable.declaration, smtpHost.declaration, smtpPort.declaration, smtpTLS.declaration, smtpUser.declaration,
        smtpPassword.declaration,
    ]
    private static let gateways: [ConfigurationDeclaration] = [
        gateway.declaration, fallbackGateways.declaration, gatewayConnections.declaration, gatewayTimeoutSeconds.declaration,
        logGateway.declaration,
    ]
    private static let postal: [ConfigurationDeclaration] = [
        postalURL.declaration, postalAPIKey.declaration, postalAllowsSHA1.declaration,
    ]
    private static let ses: [ConfigurationDeclaration] = [
        sesRegion.declaration, sesAccessKeyID.declaration, sesSecretAccessKey.declaration, sesSessionToken.declaration,
        sesConfigurationSet.declaration, sesEndpoint.declaration, sesTopics.declaration, snsRequiresVersion2.declaration,
    ]
    private static let mailgun: [ConfigurationDeclaration] = [
        mailgunBase.declaration, mailgunDomain.declaration, mailgunAPIKey.declaration, mailgunSigningKey.declaration,
        mailgunMaximumAge.declaration,
    ]
    private static let twilio: [ConfigurationDeclaration] = [
        twilioAccountSID.declaration, twilioToken.declaration, twilioKeySID.declaration, twilioKeySecret.declaration,
        twilioFrom.declaration, twilioService.declaration, twilioURL.declaration,
    ]
    private static let firebase: [ConfigurationDeclaration] = [
        fcmServiceAccountJSON.declaration, fcmServiceAccountFile.declaration, googleCredentials.declaration, fcmServerKey.declaration,
        fcmProjectID.declaration, fcmURL.declaration, fcmTokenURL.declaration, firebaseWebhookSecret.declaration,
    ]
    private static let bounces: [ConfigurationDeclaration] = [
        bounceAddress.declaration, bounceDelimiter.declaration, bounceHost.declaration, bouncePort.declaration, bounceTLS.declaration,
        bounceUser.declaration, bouncePassword.declaration, bounceTrustedCertificates.declaration, bounceFolder.declaration,
        bounceTreatment.declaration, bounceReadFolder.declaration, bounceReviewFolder.declaration, bouncePollSeconds.declaration,
    ]
    private static let sending: [ConfigurationDeclaration] = [
        chunkSize.declaration, leaseSeconds.declaration, reconcileAfterSeconds.declaration, lanes.declaration, expressWorkers.declaration,
    ]
    private static let webhooks: [ConfigurationDeclaration] = [
        webhookTargets.declaration, webhookPorts.declaration, webhookConcurrency.declaration, webhookTimeoutSeconds.declaration,
        webhookLogDays.declaration, eventFeedDays.declaration, eventStreamsPerTenant.declaration,
    ]
    private static let operations: [ConfigurationDeclaration] = [
        environment.declaration, fault.declaration, logLevel.declaration, logFormat.declaration,
    ]
}
