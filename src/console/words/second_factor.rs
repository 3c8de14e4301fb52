//! The second factor.

use super::{counted, sentences, words};

words! {
    second_factor: "Second factor" / "Segundo fator";
    factor_lead: "An authenticator app shows a code that changes every 30 seconds. With it, a stolen password is not enough."
        / "Um aplicativo autenticador mostra um código que muda a cada 30 segundos. Com ele, uma senha roubada não basta.";
    square: "The square for the app" / "O código QR para o aplicativo";
    by_hand: "Scan the square, or type this into the app:" / "Leia o código QR ou digite isto no aplicativo:";
    code: "Code" / "Código";
    code_hint: "The six digits that the app shows now." / "Os seis dígitos que o aplicativo mostra agora.";
    code_or_recovery: "The six digits of your app, or one of your recovery codes."
        / "Os seis dígitos do seu aplicativo ou um dos seus códigos de recuperação.";
    code_wrong: "This code does not fit, or it was used already. Wait for the next one."
        / "Este código não confere ou já foi usado. Espere pelo próximo.";
    factor_switch_on: "Switch it on" / "Ativar";
    factor_on: "The second factor is on: logging in asks for a code." / "O segundo fator está ativo: ao entrar, um código é pedido.";
    factor_off: "Switch it off" / "Desativar o segundo fator";
    factor_off_lead: "To move to another telephone, switch it off and set it up there."
        / "Para mudar de telefone, desative e configure no novo aparelho.";
    recovery_codes: "Recovery codes" / "Códigos de recuperação";
    codes_lead: "Keep these where the telephone is not. Each opens your log-in once, and they are not shown again."
        / "Guarde-os longe do telefone. Cada um permite entrar uma vez, e eles não serão mostrados de novo.";
    mail_factor_subject: "The second factor of your Fluence log-in" / "O segundo fator do seu acesso ao Fluence";
    mail_factor_on: "The second factor was switched on, and your other sessions have ended. If that was not you, write to support."
        / "O segundo fator foi ativado, e suas outras sessões foram encerradas. Se não foi você, fale com o suporte.";
    mail_factor_off: "The second factor was switched off. If that was not you, set a new password now."
        / "O segundo fator foi desativado. Se não foi você, crie uma nova senha agora.";
    mail_factor_reason: "You receive this e-mail whenever the second factor changes." / "Você recebe esta mensagem sempre que o segundo fator muda.";
    saved_codes: "I have saved them" / "Já guardei";
}

sentences! {
    w:
    fn codes_left(n: i64) { format!("{} left.", counted(w, n, "recovery code", "recovery codes")) }
        { if n == 1 { "Resta 1 código de recuperação.".to_owned() } else { format!("Restam {n} códigos de recuperação.") } }
}
