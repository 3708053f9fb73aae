"""The names of errors that mean: a service throttles or is down, and the image is innocent. Each is named here once.

Step Functions compares names, not classes, so that every spelling counts. AWS names the error of an integration after
the class of the Java SDK, version 1; moto and LocalStack build it from the code of the response.
"""

from typing import Final

# Of `lambda:invoke`. Lambda.Unknown does not belong here: by AWS's documentation it is a function that ran out of memory
# or of time, for which the image may be the reason.
LAMBDA_ERRORS: Final = (
    "Lambda.TooManyRequestsException",  # AWS, "Handle Lambda service exceptions": the concurrency is used up
    "Lambda.ServiceException",  # the same page: errors with status 500; so are the next three
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.EC2ThrottledException",  # Lambda's model: 502, Lambda was throttled itself
    "Lambda.EC2UnexpectedException",  # Lambda's model: 502
    "Lambda.ResourceConflictException",  # Lambda's model: 409, the function is being updated
    "Lambda.ResourceNotReadyException",  # Lambda's model: 502, the function is not active yet
    "Lambda.ServiceUnavailable",  # emulators, from the code of a response with status 503
    "Lambda.ServiceUnavailableException",
    "Lambda.InternalFailure",  # emulators, from the code of a response with status 500
    "Lambda.ThrottlingException",  # emulators
)
# Of `dynamodb:updateItem`.
DYNAMODB_ERRORS: Final = (
    "DynamoDB.ProvisionedThroughputExceededException",  # AWS and emulators: the class and the code are the same
    "DynamoDB.RequestLimitExceededException",  # AWS: the class in the Java SDK
    "DynamoDB.RequestLimitExceeded",  # emulators, from the code
    "DynamoDB.ThrottlingException",  # emulators, from the code; AWS, since DynamoDB's model of 2025 has the class
    "DynamoDB.InternalServerErrorException",  # AWS: the class in the Java SDK
    "DynamoDB.InternalServerError",  # emulators, from the code
    # AWS: the base class, for every code without a class of its own, such as a ServiceUnavailable with status 503; also
    # for a refused permission and for a request that DynamoDB finds wrong, neither of which depends on the image.
    "DynamoDB.AmazonDynamoDBException",
    "DynamoDB.SdkClientException",  # AWS: no response, as of Lambda; seen in state machines of AWS Solutions
    "DynamoDB.TransactionConflictException",  # AWS and emulators: another request writes the same item
    "DynamoDB.ReplicatedWriteConflictException",  # AWS and emulators: the same, in a global table
    "DynamoDB.ServiceUnavailable",  # emulators, from the codes; so are the next three
    "DynamoDB.ServiceUnavailableException",
    "DynamoDB.InternalFailure",
    "DynamoDB.Throttling",
)
# Of `sns:publish`. Moto appends Exception to the code, LocalStack does the same.
SNS_ERRORS: Final = (
    "SNS.ThrottledException",  # AWS: the class in the Java SDK; emulators
    "SNS.Throttled",  # emulators that do not append Exception; so are those with the same start below
    "SNS.ThrottlingException",  # emulators, from the common code of a throttle
    "SNS.Throttling",
    "SNS.InternalErrorException",  # AWS: the class in the Java SDK; emulators
    "SNS.InternalError",
    "SNS.KMSThrottlingException",  # AWS: the class in the Java SDK; the topic is encrypted
    "SNS.KMSThrottling",
    "SNS.AmazonSNSException",  # AWS: the base class, as with DynamoDB
    "SNS.SdkClientException",  # AWS: no response, as with DynamoDB
    "SNS.ServiceUnavailableException",  # emulators, from the codes with status 503 and 500
    "SNS.ServiceUnavailable",
    "SNS.InternalFailureException",
    "SNS.InternalFailure",
)
# Codes with which S3, DynamoDB and the other services refuse a function's request for a while. A function's error has the
# code as its name. They are those that botocore's standard mode retries, and the documented codes of 5xx responses.
THROTTLE_CODES: Final = (
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "KmsThrottlingException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",  # S3; its model does not have it
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
)
UNAVAILABLE: Final = "ServiceUnavailable"  # stands for a code with status 5xx that is not listed here
UNAVAILABLE_CODES: Final = (
    UNAVAILABLE,
    "ServiceUnavailableException",
    "Busy",
    "InternalError",  # S3 and SNS
    "InternalFailure",  # the common code of all services
    "InternalServerError",  # DynamoDB
    "InternalServerException",
    "OperationAborted",  # S3: another operation on the same resource is in progress
    "ReplicatedWriteConflictException",
    "RequestTimeout",  # S3: it waited too long for the request's bytes
    "RequestTimeoutException",
    "TransactionConflictException",
    # Of a response without a body, such as any to HeadObject, botocore knows the status only.
    "429",
    "500",
    "502",
    "503",
    "504",
)
# Classes of botocore for a request without a complete response.
NO_ANSWER: Final = "HTTPClientError"  # stands for a class that is not listed here
CONNECTION_ERRORS: Final = (
    NO_ANSWER,
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "ConnectionError",
    "EndpointConnectionError",
    "IncompleteReadError",
    "ProxyConnectionError",
    "ReadTimeoutError",
    "ResponseStreamingError",
    "SSLError",
)
# A function ends before the time limit of its state, and SNS and DynamoDB answer within seconds: a state that times out
# waits for a service.
STATE_TIMEOUT: Final = "States.Timeout"

FUNCTION_ERRORS: Final = (*THROTTLE_CODES, *UNAVAILABLE_CODES, *CONNECTION_ERRORS)
SERVICE_ERRORS: Final = (*LAMBDA_ERRORS, *DYNAMODB_ERRORS, *SNS_ERRORS, *FUNCTION_ERRORS, STATE_TIMEOUT)
