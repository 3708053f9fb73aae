{
  "Comment": "Processes one uploaded image.",
  "TimeoutSeconds": 2100,
  "StartAt": "ValidateImage",
  "States": {
    "ValidateImage": {
      "Parameters": {
        "FunctionName": "${ValidateFunction}",
        "Payload": {
          "image.$": "$.image",
          "execution.$": "$$.Execution.Name"
        }
      },
      "ResultSelector": {
        "filename.$": "$.Payload.filename",
        "format.$": "$.Payload.format",
        "contentType.$": "$.Payload.contentType",
        "width.$": "$.Payload.width",
        "height.$": "$.Payload.height",
        "frames.$": "$.Payload.frames",
        "size.$": "$.Payload.size"
      },
      "TimeoutSeconds": 45,
      "ResultPath": "$.validation",
      "Resource": "arn:${Partition}:states:::lambda:invoke",
      "Type": "Task",
      "Next": "ExtractMetadata",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "HandleError"
        }
      ]
    },
    "ExtractMetadata": {
      "Parameters": {
        "FunctionName": "${MetadataFunction}",
        "Payload": {
          "image.$": "$.image",
          "execution.$": "$$.Execution.Name"
        }
      },
      "ResultSelector": {
        "properties.$": "$.Payload.properties",
        "camera.$": "$.Payload.camera",
        "about.$": "$.Payload.about",
        "appearance.$": "$.Payload.appearance"
      },
      "TimeoutSeconds": 45,
      "ResultPath": "$.metadata",
      "Resource": "arn:${Partition}:states:::lambda:invoke",
      "Type": "Task",
      "Next": "ParallelProcessing",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "HandleError"
        }
      ]
    },
    "ParallelProcessing": {
      "ResultSelector": {
        "resized.$": "$[0]",
        "thumbnail.$": "$[1]"
      },
      "ResultPath": "$.renditions",
      "Type": "Parallel",
      "Next": "ArchiveImage",
      "Catch": [
        {
          "ErrorEquals": [
            "ImageRejected"
          ],
          "ResultPath": "$.error",
          "Next": "HandleError"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "FindFailedBranch"
        }
      ],
      "Branches": [
        {
          "StartAt": "ResizeImage",
          "States": {
            "ResizeImage": {
              "Parameters": {
                "FunctionName": "${ResizeFunction}",
                "Payload": {
                  "image.$": "$.image",
                  "execution.$": "$$.Execution.Name",
                  "about.$": "$.metadata.about"
                }
              },
              "ResultSelector": {
                "key.$": "$.Payload.key",
                "format.$": "$.Payload.format",
                "contentType.$": "$.Payload.contentType",
                "width.$": "$.Payload.width",
                "height.$": "$.Payload.height",
                "size.$": "$.Payload.size",
                "smaller.$": "$.Payload.smaller"
              },
              "TimeoutSeconds": 75,
              "Resource": "arn:${Partition}:states:::lambda:invoke",
              "Type": "Task",
              "End": true,
              "Retry": [
                {
                  "ErrorEquals": [
                    "ImageRejected",
                    "ContractViolation",
                    "StaleExecution",
                    "ConditionalCheckFailedException",
                    "DynamoDB.ConditionalCheckFailedException"
                  ],
                  "MaxAttempts": 0
                },
                {
                  "ErrorEquals": [
                    "NotConfigured",
                    "PreviousOutcomePending",
                    "Lambda.TooManyRequestsException",
                    "DynamoDB.ProvisionedThroughputExceededException",
                    "DynamoDB.RequestLimitExceeded",
                    "DynamoDB.ThrottlingException",
                    "SNS.ThrottledException",
                    "ProvisionedThroughputExceededException",
                    "RequestLimitExceeded",
                    "ThrottlingException"
                  ],
                  "IntervalSeconds": 1,
                  "MaxAttempts": 8,
                  "BackoffRate": 2.0,
                  "MaxDelaySeconds": 30,
                  "JitterStrategy": "FULL"
                },
                {
                  "ErrorEquals": [
                    "States.ALL"
                  ],
                  "IntervalSeconds": 1,
                  "MaxAttempts": 3,
                  "BackoffRate": 2.0,
                  "MaxDelaySeconds": 30,
                  "JitterStrategy": "FULL"
                }
              ],
              "Catch": [
                {
                  "ErrorEquals": [
                    "ImageRejected"
                  ],
                  "ResultPath": "$.error",
                  "Next": "RethrowResizeImageRejection"
                },
                {
                  "ErrorEquals": [
                    "States.ALL"
                  ],
                  "ResultPath": "$.error",
                  "Next": "CheckResizeImageCause"
                }
              ]
            },
            "RethrowResizeImageRejection": {
              "Error": "ImageRejected",
              "CausePath": "$.error.Cause",
              "Type": "Fail"
            },
            "CheckResizeImageCause": {
              "Type": "Choice",
              "Choices": [
                {
                  "Variable": "$.error.Cause",
                  "IsPresent": true,
                  "Next": "RethrowResizeImageError"
                }
              ],
              "Default": "RethrowResizeImageErrorWithoutCause"
            },
            "RethrowResizeImageErrorWithoutCause": {
              "ErrorPath": "States.Format('ResizeImage:{}', $.error.Error)",
              "Cause": "No cause was given.",
              "Type": "Fail"
            },
            "RethrowResizeImageError": {
              "ErrorPath": "States.Format('ResizeImage:{}', $.error.Error)",
              "CausePath": "$.error.Cause",
              "Type": "Fail"
            }
          }
        },
        {
          "StartAt": "GenerateThumbnail",
          "States": {
            "GenerateThumbnail": {
              "Parameters": {
                "FunctionName": "${ThumbnailFunction}",
                "Payload": {
                  "image.$": "$.image",
                  "execution.$": "$$.Execution.Name",
                  "about.$": "$.metadata.about"
                }
              },
              "ResultSelector": {
                "key.$": "$.Payload.key",
                "format.$": "$.Payload.format",
                "contentType.$": "$.Payload.contentType",
                "width.$": "$.Payload.width",
                "height.$": "$.Payload.height",
                "size.$": "$.Payload.size"
              },
              "TimeoutSeconds": 75,
              "Resource": "arn:${Partition}:states:::lambda:invoke",
              "Type": "Task",
              "End": true,
              "Retry": [
                {
                  "ErrorEquals": [
                    "ImageRejected",
                    "ContractViolation",
                    "StaleExecution",
                    "ConditionalCheckFailedException",
                    "DynamoDB.ConditionalCheckFailedException"
                  ],
                  "MaxAttempts": 0
                },
                {
                  "ErrorEquals": [
                    "NotConfigured",
                    "PreviousOutcomePending",
                    "Lambda.TooManyRequestsException",
                    "DynamoDB.ProvisionedThroughputExceededException",
                    "DynamoDB.RequestLimitExceeded",
                    "DynamoDB.ThrottlingException",
                    "SNS.ThrottledException",
                    "ProvisionedThroughputExceededException",
                    "RequestLimitExceeded",
                    "ThrottlingException"
                  ],
                  "IntervalSeconds": 1,
                  "MaxAttempts": 8,
                  "BackoffRate": 2.0,
                  "MaxDelaySeconds": 30,
                  "JitterStrategy": "FULL"
                },
                {
                  "ErrorEquals": [
                    "States.ALL"
                  ],
                  "IntervalSeconds": 1,
                  "MaxAttempts": 3,
                  "BackoffRate": 2.0,
                  "MaxDelaySeconds": 30,
                  "JitterStrategy": "FULL"
                }
              ],
              "Catch": [
                {
                  "ErrorEquals": [
                    "ImageRejected"
                  ],
                  "ResultPath": "$.error",
                  "Next": "RethrowGenerateThumbnailRejection"
                },
                {
                  "ErrorEquals": [
                    "States.ALL"
                  ],
                  "ResultPath": "$.error",
                  "Next": "CheckGenerateThumbnailCause"
                }
              ]
            },
            "RethrowGenerateThumbnailRejection": {
              "Error": "ImageRejected",
              "CausePath": "$.error.Cause",
              "Type": "Fail"
            },
            "CheckGenerateThumbnailCause": {
              "Type": "Choice",
              "Choices": [
                {
                  "Variable": "$.error.Cause",
                  "IsPresent": true,
                  "Next": "RethrowGenerateThumbnailError"
                }
              ],
              "Default": "RethrowGenerateThumbnailErrorWithoutCause"
            },
            "RethrowGenerateThumbnailErrorWithoutCause": {
              "ErrorPath": "States.Format('GenerateThumbnail:{}', $.error.Error)",
              "Cause": "No cause was given.",
              "Type": "Fail"
            },
            "RethrowGenerateThumbnailError": {
              "ErrorPath": "States.Format('GenerateThumbnail:{}', $.error.Error)",
              "CausePath": "$.error.Cause",
              "Type": "Fail"
            }
          }
        }
      ]
    },
    "ArchiveImage": {
      "Parameters": {
        "FunctionName": "${ArchiveFunction}",
        "Payload": {
          "image.$": "$.image",
          "execution.$": "$$.Execution.Name",
          "validation.$": "$.validation",
          "renditions.$": "$.renditions"
        }
      },
      "ResultSelector": {
        "bucket.$": "$.Payload.bucket",
        "original.$": "$.Payload.original",
        "resized.$": "$.Payload.resized",
        "smaller.$": "$.Payload.smaller",
        "thumbnail.$": "$.Payload.thumbnail"
      },
      "TimeoutSeconds": 75,
      "ResultPath": "$.archive",
      "Resource": "arn:${Partition}:states:::lambda:invoke",
      "Type": "Task",
      "Next": "PublishSuccess",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "HandleError"
        }
      ]
    },
    "PublishSuccess": {
      "Parameters": {
        "TopicArn": "${NotificationTopic}",
        "Message": {
          "status": "SUCCEEDED",
          "notificationId.$": "$$.Execution.Name",
          "imageId.$": "$.image.imageId",
          "owner.$": "$.image.owner",
          "at.$": "$$.State.EnteredTime",
          "filename.$": "$.validation.filename",
          "format.$": "$.validation.format",
          "width.$": "$.validation.width",
          "height.$": "$.validation.height",
          "archive.$": "$.archive"
        },
        "MessageAttributes": {
          "status": {
            "DataType": "String",
            "StringValue": "SUCCEEDED"
          },
          "owner": {
            "DataType": "String",
            "StringValue.$": "$.image.owner"
          },
          "format": {
            "DataType": "String",
            "StringValue.$": "$.validation.format"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::sns:publish",
      "Type": "Task",
      "Next": "MarkSuccessNotified",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "Failed"
        }
      ]
    },
    "MarkSuccessNotified": {
      "Parameters": {
        "TableName": "${MetadataTable}",
        "Key": {
          "imageId": {
            "S.$": "$.image.imageId"
          }
        },
        "UpdateExpression": "SET #notifiedAt = :notifiedAt",
        "ConditionExpression": "#execution = :execution",
        "ExpressionAttributeNames": {
          "#notifiedAt": "notifiedAt",
          "#execution": "execution"
        },
        "ExpressionAttributeValues": {
          ":notifiedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":execution": {
            "S.$": "$$.Execution.Name"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::dynamodb:updateItem",
      "Type": "Task",
      "Next": "Succeeded",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": null,
          "Next": "Succeeded"
        }
      ]
    },
    "Succeeded": {
      "Type": "Succeed"
    },
    "Failed": {
      "Error": "ProcessingFailed",
      "CausePath": "$.error.Error",
      "Type": "Fail"
    },
    "HandleError": {
      "Type": "Choice",
      "Choices": [
        {
          "Variable": "$.error.Error",
          "StringEquals": "StaleExecution",
          "Next": "IgnoreStaleExecution"
        },
        {
          "Variable": "$.error.Error",
          "StringEquals": "PreviousOutcomePending",
          "Next": "IgnoreStaleExecution"
        },
        {
          "Variable": "$.error.failedIn",
          "IsPresent": true,
          "Next": "RecordFailure"
        },
        {
          "Variable": "$.error.Error",
          "StringEquals": "ImageRejected",
          "Next": "ParseError"
        },
        {
          "Variable": "$.validation",
          "IsPresent": false,
          "Next": "MarkValidateImageFailed"
        },
        {
          "Variable": "$.metadata",
          "IsPresent": false,
          "Next": "MarkExtractMetadataFailed"
        },
        {
          "Variable": "$.renditions",
          "IsPresent": false,
          "Next": "MarkParallelProcessingFailed"
        }
      ],
      "Default": "MarkArchiveImageFailed"
    },
    "MarkArchiveImageFailed": {
      "Result": "ArchiveImage",
      "ResultPath": "$.error.failedIn",
      "Type": "Pass",
      "Next": "RecordFailure"
    },
    "RecordFailure": {
      "Parameters": {
        "TableName": "${MetadataTable}",
        "Key": {
          "imageId": {
            "S.$": "$.image.imageId"
          }
        },
        "UpdateExpression": "SET #status = :status, #updatedAt = :updatedAt, #finishedAt = :finishedAt, #failedIn = :failedIn, #reason = :reason, #error = :error",
        "ConditionExpression": "#execution = :execution AND (#status = :open OR #status = :status)",
        "ExpressionAttributeNames": {
          "#status": "status",
          "#updatedAt": "updatedAt",
          "#finishedAt": "finishedAt",
          "#failedIn": "failedIn",
          "#reason": "reason",
          "#error": "error",
          "#execution": "execution"
        },
        "ExpressionAttributeValues": {
          ":status": {
            "S": "FAILED"
          },
          ":open": {
            "S": "PROCESSING"
          },
          ":updatedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":finishedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":failedIn": {
            "S.$": "$.error.failedIn"
          },
          ":reason": {
            "S.$": "$.error.Error"
          },
          ":error": {
            "S.$": "States.JsonToString($.error)"
          },
          ":execution": {
            "S.$": "$$.Execution.Name"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::dynamodb:updateItem",
      "Type": "Task",
      "Next": "PublishFailure",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": null,
          "Next": "Failed"
        }
      ]
    },
    "PublishFailure": {
      "Parameters": {
        "TopicArn": "${NotificationTopic}",
        "Message": {
          "status": "FAILED",
          "notificationId.$": "$$.Execution.Name",
          "imageId.$": "$.image.imageId",
          "owner.$": "$.image.owner",
          "at.$": "$$.State.EnteredTime",
          "failedIn.$": "$.error.failedIn",
          "reason.$": "$.error.Error",
          "message": "The image could not be processed because of an internal error."
        },
        "MessageAttributes": {
          "status": {
            "DataType": "String",
            "StringValue": "FAILED"
          },
          "owner": {
            "DataType": "String",
            "StringValue.$": "$.image.owner"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::sns:publish",
      "Type": "Task",
      "Next": "MarkFailureNotified",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": null,
          "Next": "Failed"
        }
      ]
    },
    "MarkFailureNotified": {
      "Parameters": {
        "TableName": "${MetadataTable}",
        "Key": {
          "imageId": {
            "S.$": "$.image.imageId"
          }
        },
        "UpdateExpression": "SET #notifiedAt = :notifiedAt",
        "ConditionExpression": "#execution = :execution",
        "ExpressionAttributeNames": {
          "#notifiedAt": "notifiedAt",
          "#execution": "execution"
        },
        "ExpressionAttributeValues": {
          ":notifiedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":execution": {
            "S.$": "$$.Execution.Name"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::dynamodb:updateItem",
      "Type": "Task",
      "Next": "Failed",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": null,
          "Next": "Failed"
        }
      ]
    },
    "IgnoreStaleExecution": {
      "Type": "Succeed"
    },
    "ParseError": {
      "Parameters": {
        "Error.$": "$.error.Error",
        "Cause.$": "States.StringToJson($.error.Cause)"
      },
      "ResultPath": "$.error",
      "Type": "Pass",
      "Next": "ParseRejection"
    },
    "ParseRejection": {
      "Parameters": {
        "Error.$": "$.error.Error",
        "Cause.$": "States.StringToJson($.error.Cause.errorMessage)"
      },
      "ResultPath": "$.error",
      "Type": "Pass",
      "Next": "RecordRejection"
    },
    "RecordRejection": {
      "Parameters": {
        "TableName": "${MetadataTable}",
        "Key": {
          "imageId": {
            "S.$": "$.image.imageId"
          }
        },
        "UpdateExpression": "SET #status = :status, #updatedAt = :updatedAt, #finishedAt = :finishedAt, #reason = :reason, #message = :message",
        "ConditionExpression": "#execution = :execution AND (#status = :open OR #status = :status)",
        "ExpressionAttributeNames": {
          "#status": "status",
          "#updatedAt": "updatedAt",
          "#finishedAt": "finishedAt",
          "#reason": "reason",
          "#message": "message",
          "#execution": "execution"
        },
        "ExpressionAttributeValues": {
          ":status": {
            "S": "REJECTED"
          },
          ":open": {
            "S": "PROCESSING"
          },
          ":updatedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":finishedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":reason": {
            "S.$": "$.error.Cause.reason"
          },
          ":message": {
            "S.$": "$.error.Cause.message"
          },
          ":execution": {
            "S.$": "$$.Execution.Name"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::dynamodb:updateItem",
      "Type": "Task",
      "Next": "PublishRejection",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "Failed"
        }
      ]
    },
    "PublishRejection": {
      "Parameters": {
        "TopicArn": "${NotificationTopic}",
        "Message": {
          "status": "REJECTED",
          "notificationId.$": "$$.Execution.Name",
          "imageId.$": "$.image.imageId",
          "owner.$": "$.image.owner",
          "at.$": "$$.State.EnteredTime",
          "reason.$": "$.error.Cause.reason",
          "message.$": "$.error.Cause.message"
        },
        "MessageAttributes": {
          "status": {
            "DataType": "String",
            "StringValue": "REJECTED"
          },
          "owner": {
            "DataType": "String",
            "StringValue.$": "$.image.owner"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::sns:publish",
      "Type": "Task",
      "Next": "MarkRejectionNotified",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": "$.error",
          "Next": "Failed"
        }
      ]
    },
    "MarkRejectionNotified": {
      "Parameters": {
        "TableName": "${MetadataTable}",
        "Key": {
          "imageId": {
            "S.$": "$.image.imageId"
          }
        },
        "UpdateExpression": "SET #notifiedAt = :notifiedAt",
        "ConditionExpression": "#execution = :execution",
        "ExpressionAttributeNames": {
          "#notifiedAt": "notifiedAt",
          "#execution": "execution"
        },
        "ExpressionAttributeValues": {
          ":notifiedAt": {
            "S.$": "$$.State.EnteredTime"
          },
          ":execution": {
            "S.$": "$$.Execution.Name"
          }
        }
      },
      "ResultPath": null,
      "TimeoutSeconds": 15,
      "Resource": "arn:${Partition}:states:::dynamodb:updateItem",
      "Type": "Task",
      "Next": "Rejected",
      "Retry": [
        {
          "ErrorEquals": [
            "ImageRejected",
            "ContractViolation",
            "StaleExecution",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException"
          ],
          "MaxAttempts": 0
        },
        {
          "ErrorEquals": [
            "NotConfigured",
            "PreviousOutcomePending",
            "Lambda.TooManyRequestsException",
            "DynamoDB.ProvisionedThroughputExceededException",
            "DynamoDB.RequestLimitExceeded",
            "DynamoDB.ThrottlingException",
            "SNS.ThrottledException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "ThrottlingException"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 8,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        },
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "IntervalSeconds": 1,
          "MaxAttempts": 3,
          "BackoffRate": 2.0,
          "MaxDelaySeconds": 30,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "ResultPath": null,
          "Next": "Rejected"
        }
      ]
    },
    "Rejected": {
      "Type": "Succeed"
    },
    "MarkValidateImageFailed": {
      "Result": "ValidateImage",
      "ResultPath": "$.error.failedIn",
      "Type": "Pass",
      "Next": "RecordFailure"
    },
    "MarkExtractMetadataFailed": {
      "Result": "ExtractMetadata",
      "ResultPath": "$.error.failedIn",
      "Type": "Pass",
      "Next": "RecordFailure"
    },
    "MarkParallelProcessingFailed": {
      "Result": "ParallelProcessing",
      "ResultPath": "$.error.failedIn",
      "Type": "Pass",
      "Next": "RecordFailure"
    },
    "FindFailedBranch": {
      "Type": "Choice",
      "Choices": [
        {
          "Variable": "$.error.Error",
          "StringMatches": "ResizeImage:*",
          "Next": "RestoreResizeImageError"
        },
        {
          "Variable": "$.error.Error",
          "StringMatches": "GenerateThumbnail:*",
          "Next": "RestoreGenerateThumbnailError"
        }
      ],
      "Default": "HandleError"
    },
    "RestoreResizeImageError": {
      "Parameters": {
        "Error.$": "States.ArrayGetItem(States.StringSplit($.error.Error, ':'), 1)",
        "Cause.$": "$.error.Cause",
        "failedIn": "ResizeImage"
      },
      "ResultPath": "$.error",
      "Type": "Pass",
      "Next": "HandleError"
    },
    "RestoreGenerateThumbnailError": {
      "Parameters": {
        "Error.$": "States.ArrayGetItem(States.StringSplit($.error.Error, ':'), 1)",
        "Cause.$": "$.error.Cause",
        "failedIn": "GenerateThumbnail"
      },
      "ResultPath": "$.error",
      "Type": "Pass",
      "Next": "HandleError"
    }
  }
}
