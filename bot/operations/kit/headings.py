"""Headings under which people's e-mail addresses and Docker IDs stand in the files that other programs write."""

import re
import unicodedata

# What is in brackets says something of the column: `Email Address [Required]`, of Google Workspace's export.
REMARK = re.compile(r"\[[^\]]{0,99}\]|\([^)]{0,99}\)")

# In the order in which they are preferred. Docker's own exports have Email; Google Workspace Email Address, Entra mail
# and userPrincipalName, Active Directory EmailAddress and mail, Okta email and login, Outlook E-mail Address, Google's
# contacts E-mail 1 - Value.
ADDRESSES = (
    *("email", "e-mail", "mail", "email address", "e-mail address", "mail address", "primary email"),
    *("primary email address", "primary e-mail", "work email", "work e-mail", "work email address", "company email"),
    *("business email", "business email address", "corporate email", "user email", "user email address"),
    *("member email", "employee email", "contact email", "email id", "emails", "email addresses", "e-mail 1 value"),
    *("email 1 value", "smtp address", "primary smtp address", "invitee email"),
    *("e-mail-adresse", "mailadresse", "emailadresse", "e-mailadres", "mailadres", "e-postadress", "e-postadresse"),
    *("e-post", "epost", "sähköposti", "sähköpostiosoite", "netfang", "tölvupóstur", "e-posti aadress"),
    *("courriel", "adresse e-mail", "adresse mail", "adresse électronique", "adresse de courriel", "mél"),
    *("correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico", "correu electrònic"),
    *("posta elettronica", "indirizzo e-mail", "indirizzo mail", "indirizzo di posta elettronica"),
    *("correio eletrónico", "correio eletrônico", "endereço de e-mail", "endereço de correio eletrónico"),
    *("adres e-mail", "poczta elektroniczna", "e-mailová adresa", "e-mail cím", "adresă de e-mail", "adresa e-pošte"),
    *("e-posta", "e-posta adresi", "ηλεκτρονικό ταχυδρομείο", "διεύθυνση email", "электронная почта", "эл. почта"),
    *("почта", "адрес электронной почты", "електронна пошта", "електронна поща", "имейл", "имэйл"),
    *("メール", "メールアドレス", "電子メール", "eメール", "이메일", "이메일 주소", "메일", "电子邮件", "电子邮箱"),
    *(
        "邮箱",
        "邮件地址",
        "電子郵件",
        "電子郵件地址",
        "電郵",
        "อีเมล",
        "ईमेल",
        "البريد الإلكتروني",
        "דואר אלקטרוני",
        "thư điện tử",
    ),
    *("user principal name", "upn"),
)
ACCOUNTS = (
    *("docker id", "docker username", "docker user name", "docker hub username", "docker hub id", "docker hub user"),
    *("docker account", "docker hub account", "username", "user name"),
    *("benutzername", "nom d'utilisateur", "nombre de usuario", "nome utente", "nome de usuário", "nome de utilizador"),
    *("gebruikersnaam", "användarnamn", "brugernavn", "brukernavn", "käyttäjätunnus", "nazwa użytkownika"),
    *("uživatelské jméno", "felhasználónév", "nume utilizator", "kullanıcı adı", "имя пользователя", "όνομα χρήστη"),
    *("ユーザー名", "사용자 이름", "用户名", "使用者名稱", "tên người dùng"),
)


def fold(heading: str) -> str:
    """A heading by which spellings of one are told to be the same: letters and digits alone, no case, no accents."""
    text = unicodedata.normalize("NFKD", REMARK.sub(" ", heading).casefold())
    return "".join(character for character in text if character.isalnum())
