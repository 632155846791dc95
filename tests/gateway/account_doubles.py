"""People, links and annotations as the writer would tell them: each request is kept, each answer is made up."""

from dataclasses import dataclass, field
from typing import Any

from analytics.v1 import account_pb2, account_pb2_grpc, annotation_pb2, annotation_pb2_grpc, share_pb2, share_pb2_grpc
from google.protobuf.message import Message

from mesh.auth import caller
from mesh.clock import DAY, now_us

NOON = 1_767_268_800_000_000
USER = "0198c0de-0000-7000-8000-000000000001"
SHARE = share_pb2.Share(
    id="shr_1", site="demo", name="Board", embed_origins=["https://demo.example"], created_at_us=NOON
)


def _opened() -> dict[str, Any]:
    return {"session": "am_session_renewed", "expires_at_us": now_us() + DAY, "directory_version": 1}


@dataclass
class People(
    account_pb2_grpc.AccountServiceServicer,
    account_pb2_grpc.UserServiceServicer,
    account_pb2_grpc.InvitationServiceServicer,
    share_pb2_grpc.ShareServiceServicer,
    annotation_pb2_grpc.AnnotationServiceServicer,
):
    told: list[Message] = field(default_factory=list)

    async def PreviewInvitation(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.PreviewInvitationResponse(
            email="ada@example.org", site="demo", role=account_pb2.ROLE_ANALYST, expires_at_us=NOON
        )

    async def AcceptInvitation(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.AcceptInvitationResponse(**_opened())

    async def ResetPassword(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.ResetPasswordResponse()

    async def GetAccount(self, request: Any, context: Any) -> Any:
        grants = [account_pb2.Grant(role=account_pb2.ROLE_OWNER)]
        user = account_pb2.User(id=caller().user, email="ada@example.org", grants=grants, totp=True)
        return account_pb2.GetAccountResponse(user=user, session=caller().id, recovery_codes=9)

    async def ListSessions(self, request: Any, context: Any) -> Any:
        session = account_pb2.Session(
            id="ses_1",
            label="Firefox on Linux",
            current=True,
            created_at_us=NOON,
            last_used_us=NOON,
            expires_at_us=NOON + DAY,
        )
        return account_pb2.ListSessionsResponse(sessions=[session])

    async def RevokeSession(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.RevokeSessionResponse()

    async def BeginTotp(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.BeginTotpResponse(secret="ABCD", uri="otpauth://totp/ada")

    async def ConfirmTotp(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.ConfirmTotpResponse(recovery_codes=["AAAA-BBBB"], **_opened())

    async def RemoveTotp(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.RemoveTotpResponse(**_opened())

    async def RenewRecoveryCodes(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return account_pb2.RenewRecoveryCodesResponse(recovery_codes=["CCCC-DDDD"])

    async def ListUsers(self, request: Any, context: Any) -> Any:
        _require(request.site)
        grants = [account_pb2.Grant(site="demo", role=account_pb2.ROLE_VIEWER)]
        user = account_pb2.User(id=USER, email="bob@example.org", grants=grants, created_at_us=NOON)
        return account_pb2.ListUsersResponse(users=[user])

    async def SetRole(self, request: Any, context: Any) -> Any:
        _require(request.site)
        self.told.append(request)
        return account_pb2.SetRoleResponse()

    async def DeleteUser(self, request: Any, context: Any) -> Any:
        _require("")
        self.told.append(request)
        return account_pb2.DeleteUserResponse()

    async def CreatePasswordReset(self, request: Any, context: Any) -> Any:
        _require("")
        self.told.append(request)
        return account_pb2.CreatePasswordResetResponse(secret="am_reset_x", expires_at_us=NOON)

    async def ListInvitations(self, request: Any, context: Any) -> Any:
        _require(request.site)
        return account_pb2.ListInvitationsResponse(invitations=[_invitation()])

    async def CreateInvitation(self, request: Any, context: Any) -> Any:
        _require(request.invitation.site)
        self.told.append(request)
        return account_pb2.CreateInvitationResponse(invitation=_invitation(), secret="am_invite_x")

    async def DeleteInvitation(self, request: Any, context: Any) -> Any:
        _require("demo")
        self.told.append(request)
        return account_pb2.DeleteInvitationResponse()

    async def ListShares(self, request: Any, context: Any) -> Any:
        _require(request.site)
        return share_pb2.ListSharesResponse(shares=[SHARE])

    async def CreateShare(self, request: Any, context: Any) -> Any:
        _require(request.share.site)
        self.told.append(request)
        return share_pb2.CreateShareResponse(share=SHARE, secret="am_share_x")

    async def UpdateShare(self, request: Any, context: Any) -> Any:
        _require("demo")
        self.told.append(request)
        return share_pb2.UpdateShareResponse(share=SHARE)

    async def DeleteShare(self, request: Any, context: Any) -> Any:
        _require("demo")
        self.told.append(request)
        return share_pb2.DeleteShareResponse()

    async def OpenShare(self, request: Any, context: Any) -> Any:
        self.told.append(request)
        return share_pb2.OpenShareResponse(credential="am_share_opened", share=SHARE)

    async def ListAnnotations(self, request: Any, context: Any) -> Any:
        _require(request.site)
        return annotation_pb2.ListAnnotationsResponse(annotations=[_annotation()])

    async def CreateAnnotation(self, request: Any, context: Any) -> Any:
        _require(request.annotation.site)
        self.told.append(request)
        return annotation_pb2.CreateAnnotationResponse(annotation=_annotation())

    async def UpdateAnnotation(self, request: Any, context: Any) -> Any:
        _require("demo")
        self.told.append(request)
        return annotation_pb2.UpdateAnnotationResponse(annotation=_annotation())

    async def DeleteAnnotation(self, request: Any, context: Any) -> Any:
        _require("demo")
        self.told.append(request)
        return annotation_pb2.DeleteAnnotationResponse()


def _require(site: str) -> None:
    if site:
        caller().require_site(site)
    else:
        caller().require_every_site("site")


def _invitation() -> account_pb2.Invitation:
    return account_pb2.Invitation(
        id="inv_1",
        email="bob@example.org",
        site="demo",
        role=account_pb2.ROLE_VIEWER,
        expires_at_us=NOON,
        created_at_us=NOON,
    )


def _annotation() -> annotation_pb2.Annotation:
    return annotation_pb2.Annotation(
        id="note_1", site="demo", date="2026-01-31", text="Release 2", author="Ada", created_at_us=NOON
    )
