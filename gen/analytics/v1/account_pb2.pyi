from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_GUEST: _ClassVar[Role]
    ROLE_VIEWER: _ClassVar[Role]
    ROLE_ANALYST: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]
    ROLE_OWNER: _ClassVar[Role]
ROLE_UNSPECIFIED: Role
ROLE_GUEST: Role
ROLE_VIEWER: Role
ROLE_ANALYST: Role
ROLE_ADMIN: Role
ROLE_OWNER: Role

class Grant(_message.Message):
    __slots__ = ("site", "role")
    SITE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    site: str
    role: Role
    def __init__(self, site: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ...) -> None: ...

class User(_message.Message):
    __slots__ = ("id", "email", "grants", "totp", "created_at_us", "last_used_us")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    TOTP_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_US_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_US_FIELD_NUMBER: _ClassVar[int]
    id: str
    email: str
    grants: _containers.RepeatedCompositeFieldContainer[Grant]
    totp: bool
    created_at_us: int
    last_used_us: int
    def __init__(self, id: _Optional[str] = ..., email: _Optional[str] = ..., grants: _Optional[_Iterable[_Union[Grant, _Mapping]]] = ..., totp: _Optional[bool] = ..., created_at_us: _Optional[int] = ..., last_used_us: _Optional[int] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("id", "label", "created_at_us", "last_used_us", "expires_at_us", "current")
    ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_US_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_US_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    id: str
    label: str
    created_at_us: int
    last_used_us: int
    expires_at_us: int
    current: bool
    def __init__(self, id: _Optional[str] = ..., label: _Optional[str] = ..., created_at_us: _Optional[int] = ..., last_used_us: _Optional[int] = ..., expires_at_us: _Optional[int] = ..., current: _Optional[bool] = ...) -> None: ...

class SignInRequest(_message.Message):
    __slots__ = ("email", "password", "code", "address", "user_agent", "replaced_session")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    REPLACED_SESSION_FIELD_NUMBER: _ClassVar[int]
    email: str
    password: str
    code: str
    address: str
    user_agent: str
    replaced_session: str
    def __init__(self, email: _Optional[str] = ..., password: _Optional[str] = ..., code: _Optional[str] = ..., address: _Optional[str] = ..., user_agent: _Optional[str] = ..., replaced_session: _Optional[str] = ...) -> None: ...

class SignInResponse(_message.Message):
    __slots__ = ("session", "expires_at_us", "directory_version")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    expires_at_us: int
    directory_version: int
    def __init__(self, session: _Optional[str] = ..., expires_at_us: _Optional[int] = ..., directory_version: _Optional[int] = ...) -> None: ...

class SignOutRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class SignOutResponse(_message.Message):
    __slots__ = ("directory_version",)
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    def __init__(self, directory_version: _Optional[int] = ...) -> None: ...

class ChangePasswordRequest(_message.Message):
    __slots__ = ("session", "old_password", "new_password")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    OLD_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    session: str
    old_password: str
    new_password: str
    def __init__(self, session: _Optional[str] = ..., old_password: _Optional[str] = ..., new_password: _Optional[str] = ...) -> None: ...

class ChangePasswordResponse(_message.Message):
    __slots__ = ("directory_version", "session", "expires_at_us")
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    session: str
    expires_at_us: int
    def __init__(self, directory_version: _Optional[int] = ..., session: _Optional[str] = ..., expires_at_us: _Optional[int] = ...) -> None: ...

class PreviewInvitationRequest(_message.Message):
    __slots__ = ("secret", "address")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    secret: str
    address: str
    def __init__(self, secret: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class PreviewInvitationResponse(_message.Message):
    __slots__ = ("email", "site", "role", "expires_at_us", "known")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    KNOWN_FIELD_NUMBER: _ClassVar[int]
    email: str
    site: str
    role: Role
    expires_at_us: int
    known: bool
    def __init__(self, email: _Optional[str] = ..., site: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., expires_at_us: _Optional[int] = ..., known: _Optional[bool] = ...) -> None: ...

class AcceptInvitationRequest(_message.Message):
    __slots__ = ("secret", "password", "code", "address", "user_agent")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    secret: str
    password: str
    code: str
    address: str
    user_agent: str
    def __init__(self, secret: _Optional[str] = ..., password: _Optional[str] = ..., code: _Optional[str] = ..., address: _Optional[str] = ..., user_agent: _Optional[str] = ...) -> None: ...

class AcceptInvitationResponse(_message.Message):
    __slots__ = ("session", "expires_at_us", "directory_version")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    expires_at_us: int
    directory_version: int
    def __init__(self, session: _Optional[str] = ..., expires_at_us: _Optional[int] = ..., directory_version: _Optional[int] = ...) -> None: ...

class ResetPasswordRequest(_message.Message):
    __slots__ = ("secret", "new_password", "address")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    secret: str
    new_password: str
    address: str
    def __init__(self, secret: _Optional[str] = ..., new_password: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class ResetPasswordResponse(_message.Message):
    __slots__ = ("directory_version",)
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    def __init__(self, directory_version: _Optional[int] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("user", "session", "recovery_codes")
    USER_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_CODES_FIELD_NUMBER: _ClassVar[int]
    user: User
    session: str
    recovery_codes: int
    def __init__(self, user: _Optional[_Union[User, _Mapping]] = ..., session: _Optional[str] = ..., recovery_codes: _Optional[int] = ...) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions",)
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[Session]
    def __init__(self, sessions: _Optional[_Iterable[_Union[Session, _Mapping]]] = ...) -> None: ...

class RevokeSessionRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class RevokeSessionResponse(_message.Message):
    __slots__ = ("directory_version",)
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    def __init__(self, directory_version: _Optional[int] = ...) -> None: ...

class BeginTotpRequest(_message.Message):
    __slots__ = ("password",)
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    password: str
    def __init__(self, password: _Optional[str] = ...) -> None: ...

class BeginTotpResponse(_message.Message):
    __slots__ = ("secret", "uri")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    secret: str
    uri: str
    def __init__(self, secret: _Optional[str] = ..., uri: _Optional[str] = ...) -> None: ...

class ConfirmTotpRequest(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: str
    def __init__(self, code: _Optional[str] = ...) -> None: ...

class ConfirmTotpResponse(_message.Message):
    __slots__ = ("recovery_codes", "session", "expires_at_us", "directory_version")
    RECOVERY_CODES_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    recovery_codes: _containers.RepeatedScalarFieldContainer[str]
    session: str
    expires_at_us: int
    directory_version: int
    def __init__(self, recovery_codes: _Optional[_Iterable[str]] = ..., session: _Optional[str] = ..., expires_at_us: _Optional[int] = ..., directory_version: _Optional[int] = ...) -> None: ...

class RemoveTotpRequest(_message.Message):
    __slots__ = ("password", "code")
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    password: str
    code: str
    def __init__(self, password: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class RemoveTotpResponse(_message.Message):
    __slots__ = ("session", "expires_at_us", "directory_version")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    expires_at_us: int
    directory_version: int
    def __init__(self, session: _Optional[str] = ..., expires_at_us: _Optional[int] = ..., directory_version: _Optional[int] = ...) -> None: ...

class RenewRecoveryCodesRequest(_message.Message):
    __slots__ = ("password", "code")
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    password: str
    code: str
    def __init__(self, password: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...

class RenewRecoveryCodesResponse(_message.Message):
    __slots__ = ("recovery_codes",)
    RECOVERY_CODES_FIELD_NUMBER: _ClassVar[int]
    recovery_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, recovery_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class ListUsersRequest(_message.Message):
    __slots__ = ("site",)
    SITE_FIELD_NUMBER: _ClassVar[int]
    site: str
    def __init__(self, site: _Optional[str] = ...) -> None: ...

class ListUsersResponse(_message.Message):
    __slots__ = ("users",)
    USERS_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[User]
    def __init__(self, users: _Optional[_Iterable[_Union[User, _Mapping]]] = ...) -> None: ...

class SetRoleRequest(_message.Message):
    __slots__ = ("id", "site", "role")
    ID_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    site: str
    role: Role
    def __init__(self, id: _Optional[str] = ..., site: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ...) -> None: ...

class SetRoleResponse(_message.Message):
    __slots__ = ("directory_version",)
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    def __init__(self, directory_version: _Optional[int] = ...) -> None: ...

class DeleteUserRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class DeleteUserResponse(_message.Message):
    __slots__ = ("directory_version",)
    DIRECTORY_VERSION_FIELD_NUMBER: _ClassVar[int]
    directory_version: int
    def __init__(self, directory_version: _Optional[int] = ...) -> None: ...

class CreatePasswordResetRequest(_message.Message):
    __slots__ = ("id", "remove_totp")
    ID_FIELD_NUMBER: _ClassVar[int]
    REMOVE_TOTP_FIELD_NUMBER: _ClassVar[int]
    id: str
    remove_totp: bool
    def __init__(self, id: _Optional[str] = ..., remove_totp: _Optional[bool] = ...) -> None: ...

class CreatePasswordResetResponse(_message.Message):
    __slots__ = ("secret", "expires_at_us")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    secret: str
    expires_at_us: int
    def __init__(self, secret: _Optional[str] = ..., expires_at_us: _Optional[int] = ...) -> None: ...

class Invitation(_message.Message):
    __slots__ = ("id", "email", "site", "role", "expires_at_us", "created_at_us")
    ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_US_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_US_FIELD_NUMBER: _ClassVar[int]
    id: str
    email: str
    site: str
    role: Role
    expires_at_us: int
    created_at_us: int
    def __init__(self, id: _Optional[str] = ..., email: _Optional[str] = ..., site: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., expires_at_us: _Optional[int] = ..., created_at_us: _Optional[int] = ...) -> None: ...

class ListInvitationsRequest(_message.Message):
    __slots__ = ("site",)
    SITE_FIELD_NUMBER: _ClassVar[int]
    site: str
    def __init__(self, site: _Optional[str] = ...) -> None: ...

class ListInvitationsResponse(_message.Message):
    __slots__ = ("invitations",)
    INVITATIONS_FIELD_NUMBER: _ClassVar[int]
    invitations: _containers.RepeatedCompositeFieldContainer[Invitation]
    def __init__(self, invitations: _Optional[_Iterable[_Union[Invitation, _Mapping]]] = ...) -> None: ...

class CreateInvitationRequest(_message.Message):
    __slots__ = ("invitation",)
    INVITATION_FIELD_NUMBER: _ClassVar[int]
    invitation: Invitation
    def __init__(self, invitation: _Optional[_Union[Invitation, _Mapping]] = ...) -> None: ...

class CreateInvitationResponse(_message.Message):
    __slots__ = ("invitation", "secret")
    INVITATION_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    invitation: Invitation
    secret: str
    def __init__(self, invitation: _Optional[_Union[Invitation, _Mapping]] = ..., secret: _Optional[str] = ...) -> None: ...

class DeleteInvitationRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class DeleteInvitationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
