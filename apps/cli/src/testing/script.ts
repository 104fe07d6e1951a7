import type {
  CreateWebhookRequest,
  CreateWebhookResponse,
  DeleteWebhookRequest,
  DeleteOrphanObjectsRequest,
  DeleteOrphanObjectsResponse,
  Deletion,
  DescribeRealmsRequest,
  DescribeRealmsResponse,
  ExportRealmBlocksRequest,
  ExportRealmBlocksResponse,
  GetDeletionCertificateRequest,
  GetDeletionCertificateResponse,
  GetDeletionRequest,
  GetDeletionStatementRequest,
  GetDeletionStatementResponse,
  GetDeletionResponse,
  GetPurgeRequest,
  GetPurgeResponse,
  GetSweepRequest,
  GetSweepResponse,
  ListBlockedPagesRequest,
  ListBlockedPagesResponse,
  ListCertificateKeysResponse,
  ListDeadLettersRequest,
  ListDeadLettersResponse,
  ListDeletableRequest,
  ListDeletableResponse,
  ListDeletionsRequest,
  ListDeletionsResponse,
  ListHoldsRequest,
  ListOrphanObjectsRequest,
  ListOrphanObjectsResponse,
  ListHoldsResponse,
  ListReleaseLimitsRequest,
  ListReleaseLimitsResponse,
  ListSweepLimitsRequest,
  ListSweepLimitsResponse,
  ListSweptPagesRequest,
  ListSweptPagesResponse,
  ListStoresResponse,
  ExamineStoresRequest,
  ExamineStoresResponse,
  RetireStoreRequest,
  RetireStoreResponse,
  ListWebhooksRequest,
  ListWebhooksResponse,
  PausePurgeRequest,
  PausePurgeResponse,
  PlaceHoldRequest,
  PlaceHoldResponse,
  ReleaseHoldRequest,
  ReleaseHoldResponse,
  ReleaseKeptBlocksRequest,
  ReleaseKeptBlocksResponse,
  ReplayDeletionsRequest,
  ReplayDeletionsResponse,
  RestoreWorkspaceRequest,
  RestoreWorkspaceResponse,
  ResumePurgeRequest,
  ResumePurgeResponse,
  RetryDeliveryRequest,
  RetryPurgeRequest,
  RetryPurgeResponse,
  SetReleaseLimitRequest,
  SetReleaseLimitResponse,
  SetSweepLimitRequest,
  SetSweepLimitResponse,
  StartPurgeRequest,
  StartPurgeResponse,
  WatchDeletionRequest,
} from '@lethe/contracts';

/** What the service answers, call by call. A call that is not scripted is UNIMPLEMENTED. */
export interface Script {
  listDeletable?: (request: ListDeletableRequest) => ListDeletableResponse;
  getDeletion?: (request: GetDeletionRequest) => GetDeletionResponse | Promise<GetDeletionResponse>;
  getDeletionCertificate?: (request: GetDeletionCertificateRequest) => GetDeletionCertificateResponse;
  getDeletionStatement?: (request: GetDeletionStatementRequest) => GetDeletionStatementResponse;
  listSweptPages?: (request: ListSweptPagesRequest) => ListSweptPagesResponse;
  listCertificateKeys?: () => ListCertificateKeysResponse;
  listDeletions?: (request: ListDeletionsRequest) => ListDeletionsResponse;
  restoreWorkspace?: (request: RestoreWorkspaceRequest) => RestoreWorkspaceResponse;
  placeHold?: (request: PlaceHoldRequest) => PlaceHoldResponse;
  releaseHold?: (request: ReleaseHoldRequest) => ReleaseHoldResponse;
  listHolds?: (request: ListHoldsRequest) => ListHoldsResponse;
  createWebhook?: (request: CreateWebhookRequest) => CreateWebhookResponse;
  listWebhooks?: (request: ListWebhooksRequest) => ListWebhooksResponse;
  deleteWebhook?: (request: DeleteWebhookRequest) => object;
  listDeadLetters?: (request: ListDeadLettersRequest) => ListDeadLettersResponse;
  retryDelivery?: (request: RetryDeliveryRequest) => object;
  startPurge?: (request: StartPurgeRequest) => StartPurgeResponse | Promise<StartPurgeResponse>;
  pausePurge?: (request: PausePurgeRequest) => PausePurgeResponse | Promise<PausePurgeResponse>;
  resumePurge?: (request: ResumePurgeRequest) => ResumePurgeResponse | Promise<ResumePurgeResponse>;
  retryPurge?: (request: RetryPurgeRequest) => RetryPurgeResponse | Promise<RetryPurgeResponse>;
  releaseKeptBlocks?: (
    request: ReleaseKeptBlocksRequest,
  ) => ReleaseKeptBlocksResponse | Promise<ReleaseKeptBlocksResponse>;
  replayDeletions?: (
    request: ReplayDeletionsRequest,
  ) => ReplayDeletionsResponse | Promise<ReplayDeletionsResponse>;
  describeRealms?: (
    request: DescribeRealmsRequest,
  ) => DescribeRealmsResponse | Promise<DescribeRealmsResponse>;
  getPurge?: (request: GetPurgeRequest) => GetPurgeResponse | Promise<GetPurgeResponse>;
  setReleaseLimit?: (
    request: SetReleaseLimitRequest,
  ) => SetReleaseLimitResponse | Promise<SetReleaseLimitResponse>;
  listReleaseLimits?: (
    request: ListReleaseLimitsRequest,
  ) => ListReleaseLimitsResponse | Promise<ListReleaseLimitsResponse>;
  getSweep?: (request: GetSweepRequest) => GetSweepResponse | Promise<GetSweepResponse>;
  listBlockedPages?: (
    request: ListBlockedPagesRequest,
  ) => ListBlockedPagesResponse | Promise<ListBlockedPagesResponse>;
  setSweepLimit?: (request: SetSweepLimitRequest) => SetSweepLimitResponse | Promise<SetSweepLimitResponse>;
  listSweepLimits?: (
    request: ListSweepLimitsRequest,
  ) => ListSweepLimitsResponse | Promise<ListSweepLimitsResponse>;
  listStores?: () => ListStoresResponse | Promise<ListStoresResponse>;
  examineStores?: (request: ExamineStoresRequest) => ExamineStoresResponse | Promise<ExamineStoresResponse>;
  retireStore?: (request: RetireStoreRequest) => RetireStoreResponse | Promise<RetireStoreResponse>;
  listOrphanObjects?: (
    request: ListOrphanObjectsRequest,
    signal: AbortSignal,
  ) => AsyncIterable<ListOrphanObjectsResponse>;
  deleteOrphanObjects?: (
    request: DeleteOrphanObjectsRequest,
  ) => DeleteOrphanObjectsResponse | Promise<DeleteOrphanObjectsResponse>;
  /** The messages of one export; as for a watch. */
  exportRealmBlocks?: (
    request: ExportRealmBlocksRequest,
    signal: AbortSignal,
  ) => AsyncIterable<ExportRealmBlocksResponse>;
  /** The deletions of one watch; the stream then ends, or breaks where the script throws. */
  watchDeletion?: (request: WatchDeletionRequest, signal: AbortSignal) => AsyncIterable<Deletion>;
}
